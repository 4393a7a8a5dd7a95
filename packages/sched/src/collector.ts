import {
  recordFilter,
  tracepointSupport,
  type Collector,
  type CollectorContext,
  type MetricSupport,
  type ProbeEnvironment,
  type RecordBatch,
  type RecordWriter,
  type Support,
  type Target,
} from '@hftmon/core';
import { changeInfo } from './attributes/change-info.js';
import { inversionInfo } from './inversion/inversion-info.js';
import { Inversion, Link } from './inversion/inversion-log.js';
import { OPTIONAL_TRACEPOINTS, REQUIRED_TRACEPOINTS, meta } from './meta.js';
import { schedulingMetrics } from './metrics.js';
import { metricSupport, runSupport } from './metric-support.js';
import { SchedulingRun } from './scheduling-run.js';
import { threadInfo } from './thread-info.js';
import type { ThrottlingInfo } from './throttling/throttling-info.js';
import type {
  AttributeChange,
  AttributeChangeQuery,
  InversionQuery,
  PriorityInversion,
  SchedulingConfig,
  SchedulingMetrics,
  SchedulingQuery,
  ThreadSchedulingInfo,
} from './types.js';

/**
 * How each target thread is scheduled: policy, priority and affinity with their changes, its share
 * of the CPU, how late and how regularly it wakes up, what throttles it, and for which weaker
 * threads it has to wait.
 */
export class SchedulingCollector implements Collector<
  SchedulingConfig,
  SchedulingQuery,
  ThreadSchedulingInfo[]
> {
  readonly meta = meta;
  readonly #options: SchedulingConfig;
  #run: SchedulingRun | undefined;

  /** @param options - defaults for what `open` is not told */
  constructor(options: SchedulingConfig = {}) {
    this.#options = options;
  }

  probe(env: ProbeEnvironment): Support {
    const source = 'BPF: sched_switch, sched_waking, sched_pi_setprio; sched_getattr(2); cgroups';
    return tracepointSupport(env, source, REQUIRED_TRACEPOINTS, OPTIONAL_TRACEPOINTS);
  }

  probeMetrics(env: ProbeEnvironment): MetricSupport {
    return metricSupport(env);
  }

  /**
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
   * @throws HardwareNotSupportedError when there is no native library for this host
   */
  open(context: CollectorContext, config: Readonly<SchedulingConfig>): void {
    this.#run = new SchedulingRun(context, { ...this.#options, ...config });
  }

  attach(target: Target): void {
    this.#run?.attach(target.pid);
  }

  detach(target: Target): void {
    this.#run?.detach(target.pid);
  }

  onRecords(batch: RecordBatch): void {
    this.#run?.intake.onRecords(batch);
  }

  /** Looks at the attributes of the threads, when it is time. Writes no records. */
  sample(nowNs: number, _writer: RecordWriter): number {
    return this.#run?.sample(nowNs) ?? 0;
  }

  /**
   * The threads of the targets, those that ended included.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for a negative number, or a percentile
   *   out of 0 to 100
   */
  snapshot(query: SchedulingQuery = {}): ThreadSchedulingInfo[] {
    const run = this.#run;
    if (run === undefined) return [];
    const context = run.infoContext(query);
    return run.pids(query).flatMap((pid) => {
      const usage = run.usage(pid, context);
      return usage.rows
        .filter(({ totals }) => query.tid === undefined || totals.tid === query.tid)
        .map((row) => threadInfo(row, usage, context));
    });
  }

  /**
   * Priority inversions that are still kept (the latest 1024), oldest first.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for a negative number
   */
  inversions(query: InversionQuery = {}): PriorityInversion[] {
    const run = this.#run;
    if (run === undefined) return [];
    const { pid, tid, fromNs, limit } = recordFilter(query, run.nowNs());
    const { log } = run.finder;
    const wanted: number[] = [];
    for (let i = 0; i < log.count; i++) {
      if (pid !== undefined && log.get(i, Inversion.Pid) !== pid) continue;
      if (tid !== undefined && log.link(i, 0, Link.Tid) !== tid) continue;
      if (log.get(i, Inversion.EndNs) >= fromNs) wanted.push(i);
    }
    return newest(wanted, limit).map((i) => inversionInfo(log, i, run.context));
  }

  /**
   * Changes of policy, priority, nice value, deadline and affinity that were found and are still
   * kept (the latest 4096), oldest first.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for a negative number
   */
  attributeChanges(query: AttributeChangeQuery = {}): AttributeChange[] {
    const run = this.#run;
    if (run === undefined) return [];
    const { pid, tid, fromNs, limit } = recordFilter(query, run.nowNs());
    run.lookNow();
    const wanted = run.changes.filter(
      (change) =>
        (pid ?? change.pid) === change.pid &&
        (tid ?? change.tid) === change.tid &&
        change.foundNs >= fromNs,
    );
    return newest(wanted, limit).map((change) => changeInfo(change, run.context));
  }

  /**
   * Limits of CPU time that concern the targets: their control groups with quota and throttling,
   * and what the host grants real-time threads.
   * @param pid - default: all targets
   */
  throttling(pid?: number): ThrottlingInfo | undefined {
    return this.#run?.throttling(pid);
  }

  /** Values of `meta.metrics`. */
  metrics(): SchedulingMetrics {
    return this.#run === undefined ? {} : schedulingMetrics(this.#run);
  }

  /** Why there is no jitter, when no thread has a rhythm. */
  metricSupport(): MetricSupport {
    return this.#run === undefined ? new Map() : runSupport(this.#run);
  }

  close(): void {
    this.#run?.close();
  }
}

/** Makes the collector. */
export function createSchedulingCollector(options: SchedulingConfig = {}): SchedulingCollector {
  return new SchedulingCollector(options);
}

function newest<Item>(items: readonly Item[], limit: number): readonly Item[] {
  return items.slice(Math.max(0, items.length - Math.floor(limit)));
}
