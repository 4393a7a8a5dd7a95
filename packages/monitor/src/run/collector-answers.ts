import {
  createError,
  type CollectorStats,
  type LossCounts,
  type Session,
  type ThreadTotals,
} from '@hftmon/core';
import type { CacheMetrics, CacheQuery } from '@hftmon/cache';
import type { ContextSwitchInfo, ContextSwitchQuery } from '@hftmon/ctxsw';
import type {
  CoalescingInfo,
  DeferredWorkInfo,
  InterruptAffinity,
  InterruptCollector,
  InterruptInfo,
  InterruptQuery,
  TickInfo,
  TlbSender,
  WorkRun,
} from '@hftmon/irq';
import type {
  LatencyCollector,
  LatencyQuery,
  LatencySpike,
  NotObserved,
  SpanQuery,
  SpanReport,
  ThresholdInForce,
  WithheldSpikes,
} from '@hftmon/latency';
import type { NumaQuery, NUMAStats } from '@hftmon/numa';
import type {
  AttributeChange,
  AttributeChangeQuery,
  InversionQuery,
  PriorityInversion,
  SchedulingCollector,
  SchedulingQuery,
  ThreadSchedulingInfo,
  ThrottlingInfo,
} from '@hftmon/sched';
import { collectorReports, type CollectorReport } from './collector-reports.js';
import { notObservedCauses } from './not-observed-causes.js';
import { askCollector, cacheMetricsOf, queryCollector } from './query-collector.js';
import { recommendationsOf, type Recommendation } from './recommendations.js';

const NO_SPANS: SpanReport = {
  spans: [],
  slow: [],
  origins: [],
  refused: [],
  probes: [],
  withheld: 0,
  unlisted: 0,
};

const NONE_WITHHELD: WithheldSpikes = { total: 0, byThread: new Map() };

const NO_LOSSES: LossCounts = {
  seen: 0,
  emitted: 0,
  filtered: 0,
  dropped: 0,
  byKind: new Map(),
  byCpu: [],
  untrackedThreads: 0,
};

/** Which records of the history; absent fields do not filter. */
export type HistoryQuery = NonNullable<Parameters<InterruptCollector['workRuns']>[0]>;

/**
 * What the collectors found in a session. Before the first start all answers are empty. Every
 * `get…` of one collector throws a HardwareNotSupportedError when this host cannot serve it, and a
 * ConfigurationError (`HFTMON_E_COLLECTOR_UNKNOWN`) when it is not among the monitor's.
 */
export abstract class CollectorAnswers {
  /** The session of the last start. */
  abstract get session(): Session | undefined;

  /** What a start would make now. */
  protected abstract plannedSession(): Session;

  /** Context switches of the watched threads, oldest first. */
  getContextSwitches(query: ContextSwitchQuery = {}): ContextSwitchInfo[] {
    return this.#query('ctxsw', query) as ContextSwitchInfo[];
  }

  /** Interrupts that hit the watched threads, oldest first. */
  getInterrupts(query: InterruptQuery = {}): InterruptInfo[] {
    return this.#query('irq', query) as InterruptInfo[];
  }

  /**
   * Where the devices' interrupts that fired go, against the CPUs that the watched threads may
   * use, with the command that moves them away.
   */
  getInterruptAffinity(): InterruptAffinity[] {
    return this.#irq((collector) => collector.affinity?.()) ?? [];
  }

  /** What each device's interrupts brought, against their number. */
  getInterruptCoalescing(): CoalescingInfo[] {
    return this.#irq((collector) => collector.coalescing?.()) ?? [];
  }

  /** How long softirqs and work of the kernel's worker threads waited, and who did them. */
  getDeferredWork(): DeferredWorkInfo {
    return this.#irq((collector) => collector.deferredWork?.()) ?? { softirqs: [] };
  }

  /** Work that kernel worker threads did while a watched thread waited for their CPU. */
  getWorkRuns(query: HistoryQuery = {}): WorkRun[] {
    return this.#irq((collector) => collector.workRuns?.(query)) ?? [];
  }

  /** Why the timer tick is on, by CPU. */
  getTicks(): TickInfo[] {
    return this.#irq((collector) => collector.ticks?.()) ?? [];
  }

  /** Who sent the TLB shootdowns that hit the watched threads, the most frequent first. */
  getTlbSenders(query: HistoryQuery = {}): TlbSender[] {
    return this.#irq((collector) => collector.tlbSenders?.(query)) ?? [];
  }

  /**
   * Times in which a watched thread wanted to run and could not, with their causes. Those shorter
   * than the configured `spikeThresholdUs` were not kept.
   */
  detectLatencySpikes(query: LatencyQuery = {}): LatencySpike[] {
    return this.#query('latency', query) as LatencySpike[];
  }

  /**
   * What the watched processes say of their own work with `@hftmon/marker`: spans by name, and
   * receipts of the slowest and of those over their `spanBudgetUs`.
   */
  getSpans(query: SpanQuery = {}): SpanReport {
    return this.#latency((collector) => collector.spans?.(query)) ?? NO_SPANS;
  }

  /**
   * Cache and TLB events of the watched threads, and the cache lines that they share. A field that
   * cannot be had, here or before the first start, is `undefined`, and `sources` says why.
   */
  getCacheMetrics(query: CacheQuery = {}): CacheMetrics {
    return cacheMetricsOf(this.session ?? this.plannedSession(), query);
  }

  /** The NUMA nodes, as the watched processes use them; one entry per node. */
  getNumaStats(query: NumaQuery = {}): NUMAStats[] {
    return this.#query('numa', query) as NUMAStats[];
  }

  /**
   * What to change, with the evidence for it and the command, what would win back most time first;
   * empty when nothing is wrong, or nothing is known.
   */
  getRecommendations(): Recommendation[] {
    return this.session === undefined ? [] : recommendationsOf(this.session);
  }

  /** How the watched threads are scheduled: policy, priority, shares, jitter, inversions. */
  getThreadSchedulingInfo(query: SchedulingQuery = {}): ThreadSchedulingInfo[] {
    return this.#query('sched', query) as ThreadSchedulingInfo[];
  }

  /** Times that a watched thread had to wait for a lock that a weaker one held, oldest first. */
  getPriorityInversions(query: InversionQuery = {}): PriorityInversion[] {
    return this.#sched((collector) => collector.inversions?.(query)) ?? [];
  }

  /** Changes of policy, priority, nice value, deadline and affinity, oldest first. */
  getSchedulingChanges(query: AttributeChangeQuery = {}): AttributeChange[] {
    return this.#sched((collector) => collector.attributeChanges?.(query)) ?? [];
  }

  /**
   * Limits of CPU time: quota and throttling of the control groups, and what real-time threads
   * may use. `undefined` before the first start.
   * @param pid - default: all watched processes
   */
  getThrottling(pid?: number): ThrottlingInfo | undefined {
    return this.#sched((collector) => collector.throttling?.(pid));
  }

  /**
   * Exact totals of every thread of a process, ended ones included. Empty when it is not attached,
   * and when none of the collectors uses kernel events: nobody counts then.
   */
  getThreadTotals(pid: number): ThreadTotals[] {
    return this.session?.source.totals(pid) ?? [];
  }

  /** Fate of all events: seen = emitted + filtered + dropped. */
  getLosses(): LossCounts {
    return this.session?.losses() ?? NO_LOSSES;
  }

  /**
   * Gives a thread a spike threshold of its own, now and until it ends or monitoring is started
   * anew; for what shall hold from the start on there is `spikeThresholds`.
   * @param thresholdUs - us; `undefined` takes it away again
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
   * @throws MonitorError `HFTMON_E_SESSION_STATE` before the first start
   */
  setSpikeThreshold(tid: number, thresholdUs: number | undefined): void {
    if (this.session === undefined) {
      throw createError('HFTMON_E_SESSION_STATE', {
        operation: 'set a threshold in',
        state: 'idle',
      });
    }
    this.#latency((latency) => latency.setThreshold?.(tid, thresholdUs));
  }

  /** Spike thresholds in force for the threads that have stalled so far, and where they come from. */
  getSpikeThresholds(): readonly ThresholdInForce[] {
    return this.#latency((latency) => latency.thresholds?.()) ?? [];
  }

  /** How many spikes `maxSpikesPerSecond` kept back. */
  getWithheldSpikes(): WithheldSpikes {
    return this.#latency((latency) => latency.withheldSpikes?.()) ?? NONE_WITHHELD;
  }

  /** Causes that cannot be seen on this host, and why, so that `unexplained` is read rightly. */
  notObservedCauses(): readonly NotObserved[] {
    return notObservedCauses(this.session ?? this.plannedSession());
  }

  /** Values of every collector's metrics over the run, and their sources. */
  getCollectorReports(): CollectorReport[] {
    return this.session === undefined ? [] : collectorReports(this.session);
  }

  /** What each collector did and cost. Empty before the first start. */
  getCollectorStats(): CollectorStats[] {
    return this.session?.stats() ?? [];
  }

  #query(collector: string, query: object): unknown {
    return this.session === undefined ? [] : queryCollector(this.session, collector, query);
  }

  #irq<Answer>(ask: (collector: Partial<InterruptCollector>) => Answer): Answer | undefined {
    return this.session && askCollector<InterruptCollector, Answer>(this.session, 'irq', ask);
  }

  #latency<Answer>(ask: (collector: Partial<LatencyCollector>) => Answer): Answer | undefined {
    return this.session && askCollector<LatencyCollector, Answer>(this.session, 'latency', ask);
  }

  #sched<Answer>(ask: (collector: Partial<SchedulingCollector>) => Answer): Answer | undefined {
    return this.session && askCollector<SchedulingCollector, Answer>(this.session, 'sched', ask);
  }
}
