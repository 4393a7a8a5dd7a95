import type { LatencySpike } from '@hftmon/monitor';
import type { GapLog } from './gap-log.js';
import { endOf, windowStartOf } from './match.js';
import { sumTolerance } from './tolerance.js';

/** What holds for every spike of the target, injected or not. */
export interface SpikeChecks {
  readonly spikes: number;
  /** Those that the target's own clock did not see. */
  readonly falseAlarms: number;
  /** Those most of which has no cause. */
  readonly withoutCause: number;
  /** Those whose parts don't sum to their duration within 1 us or 2 %. */
  readonly wrongSums: number;
  /** Largest difference between the parts' sum and the spike, ns. */
  readonly largestSumErrorNs: number;
  /** In which records were lost. */
  readonly incomplete: number;
  /** The first of those that are wrong. */
  readonly examples: readonly LatencySpike[];
}

/** The clock must have stood still for at least that much of the stalls. */
const SEEN = 0.5;
const KEPT = 5;

/** What the target's clock knows of its own. */
export interface OwnTimes {
  readonly gaps: GapLog;
  /** Times in which it slept because it wanted to, and its clock could see nothing. */
  readonly naps: GapLog;
}

/** @param spikes - of the target */
export function judgeSpikes(spikes: readonly LatencySpike[], own: OwnTimes): SpikeChecks {
  const falseAlarms = spikes.filter((spike) => isFalseAlarm(spike, own));
  const withoutCause = spikes.filter(hasNoCause);
  const errors = spikes.map(sumErrorNs);
  const wrongSums = spikes.filter((spike, i) => errors[i]! > sumTolerance(spike.durationNs));
  return {
    spikes: spikes.length,
    falseAlarms: falseAlarms.length,
    withoutCause: withoutCause.length,
    wrongSums: wrongSums.length,
    largestSumErrorNs: errors.reduce((most, error) => Math.max(most, error), 0),
    incomplete: spikes.filter(({ incomplete }) => incomplete === true).length,
    examples: [...new Set([...falseAlarms, ...withoutCause, ...wrongSums])].slice(0, KEPT),
  };
}

function isFalseAlarm(spike: LatencySpike, { gaps, naps }: OwnTimes): boolean {
  const within = (log: GapLog): number =>
    log.overlapping(windowStartOf(spike), endOf(spike))?.insideNs ?? 0;
  const seenNs = within(gaps) + within(naps);
  return seenNs < SEEN * (spike.durationNs - betweenNs(spike));
}

function hasNoCause(spike: LatencySpike): boolean {
  const unexplainedNs = spike.receipt.unexplainedNs - betweenNs(spike);
  return unexplainedNs > (spike.durationNs - betweenNs(spike)) / 2;
}

/** Time between its interruptions, in which the thread ran. */
function betweenNs({ receipt }: LatencySpike): number {
  for (const part of receipt.parts) if (part.cause === 'unexplained') return part.details.betweenNs;
  return 0;
}

function sumErrorNs({ durationNs, receipt }: LatencySpike): number {
  return Math.abs(receipt.parts.reduce((sum, { ns }) => sum + ns, 0) - durationNs);
}
