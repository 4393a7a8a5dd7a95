import { answerChecks } from './answer-checks.js';
import { lifeCycleChecks } from './life-cycle-checks.js';
import { metadataChecks } from './metadata-checks.js';
import type { CollectorFactory, ConformanceCheck, ConformanceOptions } from './options.js';
import { probeChecks } from './probe-checks.js';
import { recordChecks } from './record-checks.js';

/** All checks that a collector must pass, for any test runner: each `run` throws when it fails. */
export function conformanceChecks<C, Q, S>(
  create: CollectorFactory<C, Q, S>,
  options: ConformanceOptions<C, Q, S>,
): ConformanceCheck[] {
  const subject = { create, options };
  const checks = [metadataChecks, probeChecks, lifeCycleChecks, recordChecks, answerChecks].flatMap(
    (group) => group(subject),
  );
  const names = new Set(checks.map((check) => check.name));
  for (const name of Object.keys(options.skip ?? {})) {
    if (!names.has(name)) throw new Error(`there is no conformance check "${name}" to skip`);
  }
  return checks;
}
