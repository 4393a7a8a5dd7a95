import { log2Percentile, type ThreadTotals } from '@hftmon/core';

/** A percentile of a log2 histogram: the true value is at least `lowerNs`, below `upperNs`. */
export interface PercentileEntry {
  readonly percent: number;
  readonly lowerNs: number;
  /** `null`: no bound. */
  readonly upperNs: number | null;
}

/** A thread in the document. Times are ns; `null` where no probe counts it. */
export interface ThreadEntry {
  /** 0 for the entry that sums up threads that ended long ago. */
  readonly tid: number;
  readonly comm: string;
  readonly state: string;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  readonly migrations: number | null;
  /** Since it was attached or born, until the end of the run or its own. */
  readonly lifetimeNs: number;
  readonly onCpuNs: number;
  readonly offCpuNs: number;
  readonly runQueueNs: number;
  readonly irqNs: number | null;
  readonly irqCount: number | null;
  readonly softirqNs: number | null;
  readonly softirqCount: number | null;
  /** Interrupts of the local APIC: timer, reschedule, function call. */
  readonly vectorNs: number | null;
  readonly vectorCount: number | null;
  readonly faults: { readonly minor: number | null; readonly major: number | null };
  readonly faultNs: number | null;
  readonly syscallNs: number | null;
  readonly syscallCount: number | null;
  readonly offCpuPercentiles: readonly PercentileEntry[];
  readonly runQueuePercentiles: readonly PercentileEntry[];
}

const PERCENTS = [50, 90, 99, 99.9, 100];

export function threadEntry(totals: ThreadTotals): ThreadEntry {
  return {
    tid: totals.tid,
    comm: totals.comm,
    state: totals.state,
    voluntarySwitches: totals.voluntarySwitches,
    involuntarySwitches: totals.involuntarySwitches,
    migrations: totals.migrations ?? null,
    lifetimeNs: totals.lifetimeNs,
    onCpuNs: totals.onCpuNs,
    offCpuNs: totals.offCpuNs,
    runQueueNs: totals.runQueueNs,
    irqNs: totals.irqNs ?? null,
    irqCount: totals.irqCount ?? null,
    softirqNs: totals.softirqNs ?? null,
    softirqCount: totals.softirqCount ?? null,
    vectorNs: totals.vectorNs ?? null,
    vectorCount: totals.vectorCount ?? null,
    faults: { minor: totals.minorFaults ?? null, major: totals.majorFaults ?? null },
    faultNs: totals.faultNs ?? null,
    syscallNs: totals.syscallNs ?? null,
    syscallCount: totals.syscallCount ?? null,
    offCpuPercentiles: percentiles(totals.offCpuHistogram),
    runQueuePercentiles: percentiles(totals.runQueueHistogram),
  };
}

function percentiles(buckets: Uint32Array): PercentileEntry[] {
  return PERCENTS.flatMap((percent) => {
    const bounds = log2Percentile(buckets, percent);
    if (bounds === undefined) return [];
    const { lower, upper } = bounds;
    return [{ percent, lowerNs: lower, upperNs: Number.isFinite(upper) ? upper : null }];
  });
}
