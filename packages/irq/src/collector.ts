import {
  recordFilter,
  selectRecords,
  tracepointSupport,
  type Collector,
  type CollectorContext,
  type CollectorMeta,
  type InterruptTotals,
  type MetricSupport,
  type ProbeEnvironment,
  type RecordBatch,
  type RecordFilterQuery,
  type RecordPredicate,
  type RecordQuery,
  type RecordSelection,
  type Support,
  type Target,
} from '@hftmon/core';
import { interruptInfo, type DecodeContext } from './interrupt-info.js';
import { IrqNames } from './irq-names.js';
import { interruptAffinity, targetCpusOf, type InterruptAffinity, type Roots } from './affinity.js';
import { coalescing, type CoalescingInfo } from './coalescing.js';
import { deferredWork, type DeferredWorkInfo } from './deferral.js';
import { disturbanceMetrics } from './disturbance-metrics.js';
import { REQUIRED_TRACEPOINTS, metaFor, optionalTracepoints } from './meta.js';
import { metricSupport } from './metric-support.js';
import { totalMetrics } from './metrics.js';
import { ofType } from './of-type.js';
import { INTERRUPT_PARTS, type InterruptPart } from './parts.js';
import { readTickHost, ticks, type TickHost, type TickInfo } from './ticks.js';
import { isShootdown, tlbSenders, type TlbSender } from './tlb-senders.js';
import { isWork, workRun, type WorkRun } from './work-run.js';
import { namedTotals } from './source-totals.js';
import { StreamStatistics } from './stream-statistics.js';
import type {
  InterruptConfig,
  InterruptInfo,
  InterruptMetrics,
  InterruptQuery,
  InterruptTotalsInfo,
} from './types.js';

const DEFAULT_PERCENTILES = [50, 90, 99, 99.9];
/** Processes whose totals are remembered after they left. */
const REMEMBERED_PIDS = 1024;

/** Of a source that keeps none. */
const NO_TOTALS: InterruptTotals = { hardIrqs: [], softirqs: [], vectors: [], nmis: [] };

/** What there is between `open` and the next one. */
interface OpenState extends DecodeContext, Roots {
  readonly tickHost: TickHost;
  readonly support: MetricSupport;
  readonly history: RecordQuery;
  readonly statistics: StreamStatistics;
  readonly percentiles: readonly number[];
}

/**
 * Every run of interrupt code that disturbed a target thread: which, for how long, who sent it.
 * Details come from the history ring, totals from the kernel side's counters.
 */
export class InterruptCollector implements Collector<
  InterruptConfig,
  InterruptQuery,
  InterruptInfo[]
> {
  readonly meta: CollectorMeta;
  readonly #options: InterruptConfig;
  readonly #parts: readonly InterruptPart[];
  readonly #pids = new Set<number>();
  /** Those of them that are watched now. */
  readonly #watched = new Set<number>();
  /** CPUs of the targets when they were last looked at: of those that have ended none can be read. */
  #lastCpus: ReadonlySet<number> = new Set();
  #open: OpenState | undefined;
  /** When it was closed, ns since the epoch. */
  #closedNs: number | undefined;
  /** Where interrupts went then: the targets may have ended when somebody asks. */
  #lastAffinity: InterruptAffinity[] | undefined;

  /** @param options - defaults for what `open` is not told */
  constructor(options: InterruptConfig = {}) {
    this.#options = options;
    this.#parts = options.parts ?? INTERRUPT_PARTS;
    this.meta = metaFor(this.#parts);
  }

  probe(env: ProbeEnvironment): Support {
    const source = 'BPF: irq, irq_vectors, nmi and ipi tracepoints';
    const optional = optionalTracepoints(this.#parts);
    const support = tracepointSupport(env, source, REQUIRED_TRACEPOINTS, optional);
    if (!support.ok || env.hasCapability('CAP_SYSLOG')) return support;
    const limit =
      'TLB shootdowns are not told from other calls (CAP_SYSLOG shows where the flush is)';
    const remedy =
      'run as root, or grant CAP_SYSLOG: sudo setcap cap_syslog+ep $(readlink -f $(which node))';
    return {
      ...support,
      degraded: [support.degraded, limit].filter(Boolean).join('; '),
      remedy: [support.remedy, remedy].filter(Boolean).join('; '),
    };
  }

  probeMetrics(env: ProbeEnvironment): MetricSupport {
    return metricSupport(env, this.meta, this.#parts);
  }

  open(context: CollectorContext, config: Readonly<InterruptConfig>): void {
    const { clock, source, history, procRoot, sysRoot } = context;
    this.#open = {
      clock,
      source,
      history,
      procRoot,
      sysRoot,
      tickHost: readTickHost(sysRoot),
      support: this.probeMetrics(source.environment),
      names: new IrqNames(procRoot, sysRoot),
      statistics: new StreamStatistics(),
      percentiles: config.percentiles ?? this.#options.percentiles ?? DEFAULT_PERCENTILES,
    };
    this.#closedNs = undefined;
    this.#lastAffinity = undefined;
    this.#pids.clear();
    this.#watched.clear();
    this.#lastCpus = new Set();
  }

  attach({ pid }: Target): void {
    this.#watched.add(pid);
    if (this.#open !== undefined) this.#targetCpus(this.#open);
    this.#pids.delete(pid);
    this.#pids.add(pid);
    for (const oldest of this.#pids) {
      if (this.#pids.size <= REMEMBERED_PIDS) break;
      this.#pids.delete(oldest);
    }
  }

  detach({ pid }: Target): void {
    this.#watched.delete(pid);
  }

  onRecords(batch: RecordBatch): void {
    this.#open?.statistics.onRecords(batch);
  }

  /**
   * Interrupts that the history ring still holds, in the order of their ends.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for a negative number or unknown type
   */
  snapshot(query: InterruptQuery = {}): InterruptInfo[] {
    const state = this.#open;
    if (state === undefined) return [];
    const records = this.#select(state, query, ofType(query.type));
    return Array.from({ length: records.count }, (_, i) =>
      interruptInfo(records.u32, records.f64, records.baseOf(i), state),
    );
  }

  /** Exact totals per CPU and source since the start, also of what disturbed no target. */
  totals(): InterruptTotalsInfo {
    return this.#open === undefined
      ? { sources: [] }
      : namedTotals(totalsOf(this.#open), this.#open.names);
  }

  /** What each device's interrupts brought, against their number. */
  coalescing(): CoalescingInfo[] {
    const state = this.#open;
    return state === undefined ? [] : coalescing(totalsOf(state), state.names);
  }

  /** How long softirqs and work of the kernel's worker threads waited, and who did them. */
  deferredWork(): DeferredWorkInfo {
    return this.#open === undefined ? { softirqs: [] } : deferredWork(totalsOf(this.#open));
  }

  /**
   * Work that kernel worker threads did while a target thread waited for their CPU, as far as the
   * history ring still holds it. `pid` and `tid` are the worker's.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for a negative number
   */
  workRuns(query: RecordFilterQuery = {}): WorkRun[] {
    const state = this.#open;
    if (state === undefined) return [];
    const records = this.#select(state, query, isWork);
    return Array.from({ length: records.count }, (_, i) =>
      workRun(records.u32, records.f64, records.baseOf(i), state),
    );
  }

  /** Why the timer tick is on, by CPU. */
  ticks(): TickInfo[] {
    return this.#open === undefined ? [] : ticks(totalsOf(this.#open), this.#open.tickHost);
  }

  /**
   * Who sent the TLB shootdowns that the history ring still holds, and from where. `pid` and `tid`
   * are those of the interrupted thread.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for a negative number
   */
  tlbSenders(query: RecordFilterQuery = {}): TlbSender[] {
    const state = this.#open;
    return state === undefined ? [] : tlbSenders(this.#select(state, query, isShootdown), state);
  }

  /**
   * Where the devices' interrupts that fired since the start go, against the CPUs that threads of
   * the targets may use, with the command that moves them away: as of now, or of the close. When no
   * target is left, the CPUs are those that the targets might use when they were last looked at:
   * at an attach, or for an answer. Empty when there never was a target.
   */
  affinity(): InterruptAffinity[] {
    const state = this.#open;
    if (state === undefined) return [];
    if (this.#lastAffinity !== undefined) return this.#lastAffinity;
    const targets = this.#targetCpus(state);
    if (targets.size === 0) return [];
    const irqs = new Set(totalsOf(state).hardIrqs.map(({ number }) => number));
    return [...irqs]
      .sort((a, b) => a - b)
      .flatMap((irq) => interruptAffinity(irq, state.names.nameOf(irq), targets, state) ?? []);
  }

  /** Values of `meta.metrics`; those that this host cannot give are left out. */
  metrics(): InterruptMetrics {
    const state = this.#open;
    if (state === undefined) return {};
    const totals = totalsOf(state);
    const threads = [...this.#pids].flatMap((pid) => state.source.totals(pid));
    const metrics = {
      ...totalMetrics(namedTotals(totals, state.names)),
      ...disturbanceMetrics(totals, threads),
      ...state.statistics.distributions(state.percentiles, totals.work !== undefined),
    };
    // What the kernel does not tell was not seen to be 0.
    return Object.fromEntries(
      Object.entries(metrics).filter(([name]) => state.support.get(name)?.ok !== false),
    );
  }

  close(): void {
    if (this.#closedNs !== undefined) return;
    this.#lastAffinity = this.affinity();
    this.#closedNs = this.#open?.clock.nowNs();
  }

  #targetCpus({ procRoot }: Roots): ReadonlySet<number> {
    const cpus = targetCpusOf(this.#watched, procRoot);
    if (cpus.size > 0) this.#lastCpus = cpus;
    return this.#lastCpus;
  }

  #select(
    { clock, history, source }: OpenState,
    query: RecordFilterQuery,
    isWanted: RecordPredicate,
  ): RecordSelection {
    const filter = recordFilter(query, this.#closedNs ?? clock.nowNs());
    return selectRecords(history, source.tasks, isWanted, filter);
  }
}

function totalsOf({ source }: OpenState): InterruptTotals {
  return source.interruptTotals?.() ?? NO_TOTALS;
}

/** Makes the collector. */
export function createInterruptCollector(options: InterruptConfig = {}): InterruptCollector {
  return new InterruptCollector(options);
}
