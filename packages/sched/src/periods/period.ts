import { exactPercentile, type Percentile } from '@hftmon/core';
import { rhythmOf } from './rhythm.js';
import type { WakeUpRing } from './wake-up-ring.js';

/** The rhythm of a periodic thread. */
export interface Period {
  /** us. */
  readonly periodUs: number;
  /** Wake-ups that it was found from: the latest ones, at most 512. */
  readonly wakeUps: number;
  /** Periods without a wake-up in between, pauses of more than three of them left out. */
  readonly missed: number;
  /** Distances of the times between wake-ups from the period, us; exact for these wake-ups. */
  readonly jitterUs: readonly Percentile[];
  /** The largest one, us. */
  readonly maxJitterUs: number;
}

/** Fewer times between wake-ups than this make no rhythm. */
const FEWEST_INTERVALS = 16;
/** A thread is periodic if so many of its wake-ups are regular: what disturbs it may make some late. */
const REGULAR_SHARE = 0.85;

/**
 * The period of a thread, from its wake-ups of all kinds, or of one kind: a thread that also waits
 * for locks within its cycle has its rhythm in the sleeps of one system call.
 *
 * The estimate is robust: the median time between wake-ups is taken for the period, late or missed
 * wake-ups don't matter unless there are many, and then it is refined over the whole stretch of
 * regular ones.
 *
 * @param fromNs - only wake-ups from this time on, ns since the epoch
 * @returns a sentence that says why, when it is not periodic
 */
export function findPeriod(
  ring: WakeUpRing,
  fromNs: number,
  percentiles: readonly number[],
): Period | string {
  let first = 0;
  while (first < ring.count && ring.timeNs(first) < fromNs) first++;
  const all: number[] = [];
  const bySyscall = new Map<number, number[]>();
  for (let i = first; i < ring.count; i++) {
    all.push(ring.timeNs(i));
    const syscall = ring.syscall(i);
    if (syscall < 0) continue;
    const group = bySyscall.get(syscall) ?? [];
    bySyscall.set(syscall, group);
    group.push(ring.timeNs(i));
  }
  if (all.length <= FEWEST_INTERVALS) {
    return `it woke up ${all.length} times; a period needs ${FEWEST_INTERVALS + 1}`;
  }
  const groups = [...bySyscall.values()].sort((a, b) => b.length - a.length);
  for (const times of [all, ...groups]) {
    if (times.length <= FEWEST_INTERVALS) break;
    const period = periodOf(times, percentiles);
    if (period !== undefined) return period;
  }
  const percent = REGULAR_SHARE * 100;
  return `it is not periodic: fewer than ${percent} % of its wake-ups come in time`;
}

function periodOf(times: readonly number[], percentiles: readonly number[]): Period | undefined {
  const intervals = times.slice(1).map((time, i) => time - times[i]!);
  const median = exactPercentile([...intervals].sort(ascending), 50)!;
  if (median <= 0) return undefined;
  const { regular, stretchNs, cycles } = rhythmOf(times, median);
  if (regular < REGULAR_SHARE * intervals.length) return undefined;
  const period = stretchNs / cycles;
  let missed = 0;
  const jitter: number[] = [];
  for (const step of rhythmOf(times, period).steps) {
    const periods = Math.max(1, step.periods);
    missed += periods - 1;
    jitter.push(Math.abs(step.ns - periods * period));
  }
  jitter.sort(ascending);
  const jitterUs = percentiles.map((percent) => ({
    percent,
    value: exactPercentile(jitter, percent)! / 1e3,
  }));
  return {
    periodUs: period / 1e3,
    wakeUps: times.length,
    missed,
    jitterUs,
    maxJitterUs: jitter.at(-1)! / 1e3,
  };
}

function ascending(a: number, b: number): number {
  return a - b;
}
