import type { RegisteredCollector } from '../collector/collector-registry.js';
import type { ProbeEnvironment, Support } from '../collector/support.js';
import { messageOf } from '../errors/create-error.js';
import type { RecordKind } from '../record/record-kind.js';

/** Answers of all collectors' probes. */
export interface ProbeResult {
  readonly support: ReadonlyMap<string, Support>;
  /** Union of the record kinds of the usable ones. */
  readonly kinds: ReadonlySet<RecordKind>;
}

/** Asks every collector whether this host can serve it. No side effects, never throws. */
export function probeCollectors(
  list: readonly RegisteredCollector[],
  env: ProbeEnvironment,
): ProbeResult {
  const support = new Map<string, Support>();
  const kinds = new Set<RecordKind>();
  for (const { collector } of list) {
    const answer = probeOne(() => collector.probe(env));
    support.set(collector.meta.name, answer);
    if (answer.ok) for (const kind of collector.meta.kinds) kinds.add(kind);
  }
  return { support, kinds };
}

function probeOne(probe: () => Support): Support {
  try {
    return probe();
  } catch (error) {
    return {
      ok: false,
      code: 'HFTMON_E_COLLECTOR_FAILED',
      reason: `its probe threw: ${messageOf(error)}`,
      remedy: "report it to the collector's author",
    };
  }
}
