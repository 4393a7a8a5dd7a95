import { exactPercentile, type Percentile } from '@hftmon/core';
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
/** A time between wake-ups is regular if it is that close to a multiple of the period ... */
const TOLERANCE = 0.25;
/** ... of at most so many periods: a longer one is a pause. */
const LONGEST_MULTIPLE = 4;
/** ... and a thread is periodic if so many are. */
const REGULAR_SHARE = 0.9;

/**
 * The period of a thread, from its wake-ups of all kinds, or of one kind: a thread that also waits
 * for locks within its cycle has its rhythm in the sleeps of one system call.
 *
 * The estimate is robust: the median time between wake-ups is taken for the period, single late
 * or missed wake-ups don't matter, and then it is refined over the whole stretch of regular ones.
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
  return `it is not periodic: fewer than ${percent} % of its wake-ups are a period apart`;
}

function periodOf(times: readonly number[], percentiles: readonly number[]): Period | undefined {
  const intervals = times.slice(1).map((time, i) => time - times[i]!);
  const median = exactPercentile([...intervals].sort(ascending), 50)!;
  if (median <= 0) return undefined;
  let regular = 0;
  let stretch = 0;
  let cycles = 0;
  for (const interval of intervals) {
    const multiple = Math.round(interval / median);
    if (multiple === 0 || multiple > LONGEST_MULTIPLE) continue;
    if (Math.abs(interval - multiple * median) > TOLERANCE * median) continue;
    regular++;
    stretch += interval;
    cycles += multiple;
  }
  if (regular < REGULAR_SHARE * intervals.length) return undefined;
  const period = stretch / cycles;
  let missed = 0;
  const jitter: number[] = [];
  for (const interval of intervals) {
    const multiple = Math.max(1, Math.round(interval / period));
    if (multiple > LONGEST_MULTIPLE) continue;
    missed += multiple - 1;
    jitter.push(Math.abs(interval - multiple * period));
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
