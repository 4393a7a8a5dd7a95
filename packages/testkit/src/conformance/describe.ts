import type { SkippableContext } from '../requirements/skip-unless.js';
import { conformanceChecks } from './checks.js';
import type { CollectorFactory, ConformanceOptions } from './options.js';

/** What of vitest, or a runner like it, the suite needs. */
export interface TestApi {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: (context: SkippableContext) => void | Promise<void>): unknown;
}

/**
 * Declares the conformance suite of a collector:
 *
 * ```ts
 * import { describe, it } from 'vitest';
 * describeCollectorConformance('irq', () => new IrqCollector(), { config, query }, { describe, it });
 * ```
 */
export function describeCollectorConformance<C, Q, S>(
  name: string,
  create: CollectorFactory<C, Q, S>,
  options: ConformanceOptions<C, Q, S>,
  api: TestApi,
): void {
  api.describe(`collector ${name} conforms`, () => {
    for (const check of conformanceChecks(create, options)) {
      const reason = options.skip?.[check.name];
      api.it(check.name, (context) => {
        if (reason !== undefined) context.skip(reason);
        return check.run();
      });
    }
  });
}
