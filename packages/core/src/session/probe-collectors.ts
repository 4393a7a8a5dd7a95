import type { RegisteredCollector } from '../collector/collector-registry.js';
import type { Collector } from '../collector/collector.js';
import type { MetricSupport, ProbeEnvironment, Support } from '../collector/support.js';
import { messageOf } from '../errors/create-error.js';
import type { RecordKind } from '../record/record-kind.js';

/** Answers of all collectors' probes. */
export interface ProbeResult {
  readonly support: ReadonlyMap<string, Support>;
  /** By collector: every metric that it declares. */
  readonly metrics: ReadonlyMap<string, MetricSupport>;
  /** Union of the record kinds of the usable ones. */
  readonly kinds: ReadonlySet<RecordKind>;
}

/** Asks every collector whether this host can serve it. No side effects, never throws. */
export function probeCollectors(
  list: readonly RegisteredCollector[],
  env: ProbeEnvironment,
): ProbeResult {
  const support = new Map<string, Support>();
  const metrics = new Map<string, MetricSupport>();
  const kinds = new Set<RecordKind>();
  for (const { collector } of list) {
    const answer = probeOne(() => collector.probe(env));
    support.set(collector.meta.name, answer);
    metrics.set(collector.meta.name, probeMetrics(collector, answer, env));
    if (answer.ok) for (const kind of collector.meta.kinds) kinds.add(kind);
  }
  return { support, metrics, kinds };
}

/** Of a collector that cannot be served nothing can be had, nor of one whose probe throws. */
function probeMetrics(collector: Collector, whole: Support, env: ProbeEnvironment): MetricSupport {
  const { metrics } = collector.meta;
  try {
    const single = whole.ok ? collector.probeMetrics?.(env) : undefined;
    return new Map(metrics.map(({ name }) => [name, single?.get(name) ?? whole]));
  } catch (error) {
    return new Map(metrics.map(({ name }) => [name, brokenProbe(error)]));
  }
}

function probeOne(probe: () => Support): Support {
  try {
    return probe();
  } catch (error) {
    return brokenProbe(error);
  }
}

function brokenProbe(error: unknown): Support {
  return {
    ok: false,
    code: 'HFTMON_E_COLLECTOR_FAILED',
    reason: `its probe threw: ${messageOf(error)}`,
    remedy: "report it to the collector's author",
  };
}
