import {
  recordFilter,
  selectRecords,
  tracepointSupport,
  type Collector,
  type CollectorContext,
  type ProbeEnvironment,
  type RecordBatch,
  type RecordQuery,
  type Support,
} from '@hftmon/core';
import { interruptInfo, type DecodeContext } from './interrupt-info.js';
import { IrqNames } from './irq-names.js';
import { OPTIONAL_TRACEPOINTS, REQUIRED_TRACEPOINTS, meta } from './meta.js';
import { totalMetrics } from './metrics.js';
import { ofType } from './of-type.js';
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

/** What there is between `open` and the next one. */
interface OpenState extends DecodeContext {
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
  readonly meta = meta;
  readonly #options: InterruptConfig;
  #open: OpenState | undefined;
  /** When it was closed, ns since the epoch. */
  #closedNs: number | undefined;

  /** @param options - defaults for what `open` is not told */
  constructor(options: InterruptConfig = {}) {
    this.#options = options;
  }

  probe(env: ProbeEnvironment): Support {
    const source = 'BPF: irq, irq_vectors, nmi and ipi tracepoints';
    const support = tracepointSupport(env, source, REQUIRED_TRACEPOINTS, OPTIONAL_TRACEPOINTS);
    if (!support.ok || env.hasCapability('CAP_SYSLOG')) return support;
    const limit =
      'TLB shootdowns are not told from other calls (CAP_SYSLOG shows where the flush is)';
    return { ...support, degraded: [support.degraded, limit].filter(Boolean).join('; ') };
  }

  open(context: CollectorContext, config: Readonly<InterruptConfig>): void {
    const { clock, source, history, procRoot, sysRoot } = context;
    this.#open = {
      clock,
      source,
      history,
      names: new IrqNames(procRoot, sysRoot),
      statistics: new StreamStatistics(),
      percentiles: config.percentiles ?? this.#options.percentiles ?? DEFAULT_PERCENTILES,
    };
    this.#closedNs = undefined;
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
    const { clock, history, source } = state;
    const isWanted = ofType(query.type);
    const filter = recordFilter(query, this.#closedNs ?? clock.nowNs());
    const records = selectRecords(history, source.tasks, isWanted, filter);
    return Array.from({ length: records.count }, (_, i) =>
      interruptInfo(records.u32, records.f64, records.baseOf(i), state),
    );
  }

  /** Exact totals per CPU and source since the start, also of what disturbed no target. */
  totals(): InterruptTotalsInfo {
    const totals = this.#open?.source.interruptTotals?.();
    if (totals === undefined) return { sources: [] };
    return namedTotals(totals, this.#open!.names);
  }

  /** Values of `meta.metrics`. */
  metrics(): InterruptMetrics {
    return {
      ...totalMetrics(this.totals()),
      ...this.#open?.statistics.distributions(this.#open.percentiles),
    };
  }

  close(): void {
    this.#closedNs ??= this.#open?.clock.nowNs();
  }
}

/** Makes the collector. */
export function createInterruptCollector(options: InterruptConfig = {}): InterruptCollector {
  return new InterruptCollector(options);
}
