import {
  streamDistribution,
  type LossCounts,
  type StreamDistribution,
  type Support,
} from '@hftmon/core';
import type { NoiseProbe, NoiseStats, PollerClock, PollerEnd } from '@hftmon/perf-native';
import type { NotObserved } from '../types/cause.js';
import type { GapLog, NoiseTotal } from './gap-log.js';
import type { NoiseGap } from './noise-gap.js';
import type { HardwareCount } from './steal.js';

/** Slots of a periodic run: due = sampled + missed + rested. */
export interface NoiseSlots {
  readonly due: number;
  readonly sampled: number;
  /** Came due while an earlier one was still waiting to be sampled. */
  readonly missed: number;
  /** Came due in the rests of a real-time probe. */
  readonly rested: number;
  /** Sampled within 1 us. */
  readonly onTime: number;
}

/** What a run of the noise probe found. */
export interface NoiseReport {
  readonly cpu: number;
  /** `periodic`: a sample at each slot. `continuous`: the clock is only read. */
  readonly mode: 'periodic' | 'continuous';
  /** Time between two slots, ns; 0 in a continuous run. */
  readonly intervalNs: number;
  readonly thresholdNs: number;
  /** How long it was to be, and how long it was. */
  readonly askedNs: number;
  readonly durationNs: number;
  readonly end: PollerEnd;
  readonly realtimePriority: number;
  /** Samples per second that were really taken, rests included in the time. */
  readonly reachedHz: number;
  /** Times per second that the clock was read. */
  readonly readingsHz: number;
  /** `undefined` in a continuous run. */
  readonly slots: NoiseSlots | undefined;
  /** Lateness of the samples; in a continuous run the time between two readings. ns */
  readonly lateness: StreamDistribution;
  readonly gaps: {
    readonly count: number;
    readonly ns: number;
    readonly longestNs: number;
    /** Gaps that were not read in time from the probe: in the counts here alone. */
    readonly lost: number;
    /** The longest, in the order of time. */
    readonly list: readonly NoiseGap[];
  };
  /**
   * Time of the gaps by cause, net; sums to that of all gaps but lost ones. What no record accounts
   * for in a gap whose cause is from a count is that cause's.
   */
  readonly byCause: readonly NoiseTotal[];
  readonly hardware: {
    /** Time that the hypervisor took from the CPU, by its own account; ns. */
    readonly stealNs: HardwareCount;
    /** System-management interrupts. */
    readonly smis: HardwareCount;
  };
  /** Time that the probe spent on writing gaps down, in which it saw nothing below 10 us. */
  readonly blindNs: number;
  readonly clock: PollerClock & { readonly counterHz: number | undefined };
  /** Were kernel events observed? If not, no gap has a receipt. */
  readonly kernelEvents: Support;
  /** Causes that can't be observed here, so that `unexplained` is read rightly. */
  readonly notObserved: readonly NotObserved[];
  /** Kernel events of the run; absent where there are none. */
  readonly losses: LossCounts | undefined;
}

export interface NoiseReportParts {
  readonly cpu: number;
  readonly durationMs: number;
  readonly realtimePriority: number;
  readonly percentiles: readonly number[];
  readonly probe: NoiseProbe;
  readonly log: GapLog;
  /** Gaps turned away by the probe's ring. */
  readonly refused: number;
  readonly hardware: NoiseReport['hardware'];
  readonly kernelEvents: Support;
  readonly notObserved: readonly NotObserved[];
  readonly losses: LossCounts | undefined;
}

export function noiseReport(parts: NoiseReportParts): NoiseReport {
  const { probe, log, hardware, kernelEvents, notObserved, losses } = parts;
  const stats = probe.stats();
  const perSecond = (count: number) =>
    stats.durationNs === 0 ? 0 : (count / stats.durationNs) * 1e9;
  return {
    cpu: parts.cpu,
    mode: probe.intervalNs === 0 ? 'continuous' : 'periodic',
    intervalNs: probe.intervalNs,
    thresholdNs: probe.thresholdNs,
    askedNs: Math.round(parts.durationMs * 1e6),
    durationNs: stats.durationNs,
    end: stats.end,
    realtimePriority: parts.realtimePriority,
    reachedHz: perSecond(stats.samples),
    readingsHz: perSecond(stats.readings),
    slots: probe.intervalNs === 0 ? undefined : slotsOf(stats),
    lateness: streamDistribution(probe.histogram(), parts.percentiles),
    gaps: {
      count: stats.gaps,
      ns: stats.gapNs,
      longestNs: stats.longestGapNs,
      lost: parts.refused,
      list: log.list(),
    },
    byCause: log.totals(),
    hardware,
    blindNs: stats.blindNs,
    clock: { ...probe.clock, counterHz: stats.counterHz },
    kernelEvents,
    notObserved,
    losses,
  };
}

function slotsOf({ samples, missed, rested, onTime }: NoiseStats): NoiseSlots {
  return { due: samples + missed + rested, sampled: samples, missed, rested, onTime };
}
