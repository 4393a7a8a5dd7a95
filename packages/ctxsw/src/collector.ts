import {
  RecordKind,
  recordFilter,
  selectRecords,
  tracepointSupport,
  type Collector,
  type CollectorContext,
  type ProbeEnvironment,
  type RecordBatch,
  type RecordQuery,
  type Support,
  type Target,
} from '@hftmon/core';
import { CpuNodes } from './cpu-nodes.js';
import { REQUIRED_TRACEPOINTS, meta } from './meta.js';
import { migrationInfo } from './migration-info.js';
import { PreemptorStacks } from './preemptor-stacks.js';
import { StreamStatistics } from './stream-statistics.js';
import { switchInfo, type DecodeContext } from './switch-info.js';
import { threadSwitchTotals } from './thread-switch-totals.js';
import type {
  ContextSwitchConfig,
  ContextSwitchInfo,
  ContextSwitchMetrics,
  ContextSwitchQuery,
  MigrationCounts,
  MigrationInfo,
  MigrationQuery,
  ThreadSwitchTotals,
} from './types.js';

const DEFAULT_PERCENTILES = [50, 90, 99, 99.9];
/** Processes whose totals are remembered after they left. */
const REMEMBERED_PIDS = 1024;

/** What there is between `open` and the next one. */
interface OpenState extends DecodeContext {
  readonly history: RecordQuery;
  readonly statistics: StreamStatistics;
  readonly percentiles: readonly number[];
}

/**
 * Every time off the CPU of every target thread: why, for how long, who ran instead, who woke it.
 * Details come from the history ring, totals from the kernel's thread table.
 */
export class ContextSwitchCollector implements Collector<
  ContextSwitchConfig,
  ContextSwitchQuery,
  ContextSwitchInfo[]
> {
  readonly meta = meta;
  readonly #options: ContextSwitchConfig;
  #open: OpenState | undefined;
  /** When it was closed, ns since the epoch. */
  #closedNs: number | undefined;
  readonly #pids = new Set<number>();

  /** @param options - defaults for what `open` is not told */
  constructor(options: ContextSwitchConfig = {}) {
    this.#options = options;
  }

  probe(env: ProbeEnvironment): Support {
    const source = 'BPF: sched_switch, sched_waking, sched_migrate_task';
    return tracepointSupport(env, source, REQUIRED_TRACEPOINTS);
  }

  open(context: CollectorContext, config: Readonly<ContextSwitchConfig>): void {
    const { clock, source, history, sysRoot } = context;
    const nodes = new CpuNodes(sysRoot);
    const statistics = new StreamStatistics(nodes);
    const percentiles = config.percentiles ?? this.#options.percentiles ?? DEFAULT_PERCENTILES;
    this.#open = { clock, source, history, nodes, statistics, percentiles };
    this.#closedNs = undefined;
    this.#pids.clear();
  }

  attach({ pid }: Target): void {
    this.#pids.delete(pid);
    this.#pids.add(pid);
    for (const oldest of this.#pids) {
      if (this.#pids.size <= REMEMBERED_PIDS) break;
      this.#pids.delete(oldest);
    }
  }

  onRecords(batch: RecordBatch): void {
    this.#open?.statistics.onRecords(batch);
  }

  /**
   * Times off the CPU that the history ring still holds, in the order of their ends.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for a negative number
   */
  snapshot(query: ContextSwitchQuery = {}): ContextSwitchInfo[] {
    const state = this.#open;
    const preemptors =
      query.includeStackTrace === true && state !== undefined
        ? new PreemptorStacks(state.history, state.source)
        : undefined;
    return this.#select(RecordKind.Switch, query, (u32, f64, base, context) =>
      switchInfo(u32, f64, base, context, preemptors),
    );
  }

  /** Moves between CPUs that the history ring still holds, oldest first. */
  migrations(query: MigrationQuery = {}): MigrationInfo[] {
    return this.#select(RecordKind.Migrate, query, (u32, f64, base, state) =>
      migrationInfo(u32, f64, base, state),
    );
  }

  /** Moves between CPUs since the collector was opened. */
  migrationCounts(): MigrationCounts {
    const byNodes = this.#open?.nodes.moves() ?? [];
    return {
      total: this.#open?.statistics.migrations ?? 0,
      crossNode: byNodes.reduce((sum, { from, to, count }) => sum + (from === to ? 0 : count), 0),
      byNodes,
    };
  }

  /**
   * Exact totals per thread since it was attached, threads that ended included.
   * @param pid - default: all targets
   */
  totals(pid?: number): ThreadSwitchTotals[] {
    if (this.#open === undefined) return [];
    const { source, percentiles } = this.#open;
    const pids = pid === undefined ? [...this.#pids] : [pid];
    return pids
      .flatMap((each) => source.totals(each))
      .map((totals) => threadSwitchTotals(totals, percentiles));
  }

  /** Values of `meta.metrics`: totals of all targets, and distributions of the stream. */
  metrics(): ContextSwitchMetrics {
    const sums = { voluntary: 0, involuntary: 0, migrations: 0, on: 0, off: 0, runQueue: 0 };
    for (const thread of this.totals()) {
      sums.voluntary += thread.voluntarySwitches;
      sums.involuntary += thread.involuntarySwitches;
      sums.migrations += thread.migrations ?? 0;
      sums.on += thread.onCpuNs;
      sums.off += thread.offCpuNs;
      sums.runQueue += thread.runQueueNs;
    }
    return {
      voluntary_switches: sums.voluntary,
      involuntary_switches: sums.involuntary,
      migrations: sums.migrations,
      node_migrations: this.migrationCounts().crossNode,
      on_cpu_ns: sums.on,
      off_cpu_ns: sums.off,
      run_queue_ns: sums.runQueue,
      ...this.#open?.statistics.distributions(this.#open.percentiles),
    };
  }

  close(): void {
    this.#closedNs ??= this.#open?.clock.nowNs();
  }

  #select<Info>(
    kind: RecordKind,
    query: ContextSwitchQuery,
    build: (u32: Uint32Array, f64: Float64Array, base: number, state: OpenState) => Info,
  ): Info[] {
    const state = this.#open;
    if (state === undefined) return [];
    const { clock, history, source } = state;
    const filter = recordFilter(query, this.#closedNs ?? clock.nowNs());
    const records = selectRecords(history, source.tasks, (each) => each === kind, filter);
    return Array.from({ length: records.count }, (_, i) =>
      build(records.u32, records.f64, records.baseOf(i), state),
    );
  }
}

/** Makes the collector. */
export function createContextSwitchCollector(
  options: ContextSwitchConfig = {},
): ContextSwitchCollector {
  return new ContextSwitchCollector(options);
}
