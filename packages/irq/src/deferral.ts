import type { DelayTotals, InterruptTotals, SoftirqDeferral } from '@hftmon/core';
import { softirqName } from './softirq-name.js';

/** Times from when something was asked for to its begin. */
export interface DelayInfo {
  /** Those that were seen being asked for. */
  readonly count: number;
  /** Absent without any. */
  readonly meanUs?: number;
  readonly maxUs?: number;
}

/** How the runs of one softirq came about on one CPU since the start. */
export interface SoftirqDeferralInfo {
  readonly cpu: number;
  /** `NET_RX`, `TIMER`, … */
  readonly source: string;
  /** All its runs. */
  readonly count: number;
  /** From raise to run. */
  readonly delay: DelayInfo;
  readonly ksoftirqdCount: number;
  /** Net time of those, us. */
  readonly ksoftirqdUs: number;
  /** Share of its runs that were left to ksoftirqd, 0 to 1. */
  readonly ksoftirqdShare: number;
}

/** What the kernel's worker threads did on one CPU since the start. */
export interface WorkInfo {
  readonly cpu: number;
  readonly count: number;
  /** From begin to end, with what interrupted it and its own sleep, us. */
  readonly totalUs: number;
  readonly maxUs: number;
  /** Those during which a target thread waited for the CPU. */
  readonly targetCount: number;
  readonly targetUs: number;
  /** From queued to begin. */
  readonly delay: DelayInfo;
}

/** Work that was put off, by CPU. */
export interface DeferredWorkInfo {
  readonly softirqs: readonly SoftirqDeferralInfo[];
  /** Absent where it is not looked at, or the kernel lacks the tracepoints. */
  readonly workers?: readonly WorkInfo[];
}

/** How long softirqs and work of the kernel's worker threads waited. */
export function deferredWork(totals: InterruptTotals): DeferredWorkInfo {
  const softirqs = (totals.deferrals ?? []).map((each) => softirqDeferral(each, totals));
  const workers = totals.work?.map(({ cpu, count, ns, maxNs, targetCount, targetNs, delay }) => ({
    cpu,
    count,
    totalUs: ns / 1e3,
    maxUs: maxNs / 1e3,
    targetCount,
    targetUs: targetNs / 1e3,
    delay: delayInfo(delay),
  }));
  return { softirqs, ...(workers === undefined ? {} : { workers }) };
}

function softirqDeferral(each: SoftirqDeferral, totals: InterruptTotals): SoftirqDeferralInfo {
  const { cpu, number, delay, ksoftirqdCount, ksoftirqdNs } = each;
  const all = totals.softirqs.find((source) => source.cpu === cpu && source.number === number);
  const count = all?.count ?? 0;
  return {
    cpu,
    source: softirqName(number),
    count,
    delay: delayInfo(delay),
    ksoftirqdCount,
    ksoftirqdUs: ksoftirqdNs / 1e3,
    ksoftirqdShare: count === 0 ? 0 : ksoftirqdCount / count,
  };
}

function delayInfo({ count, ns, maxNs }: DelayTotals): DelayInfo {
  return count === 0 ? { count } : { count, meanUs: ns / count / 1e3, maxUs: maxNs / 1e3 };
}
