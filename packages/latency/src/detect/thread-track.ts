import { IntervalLog } from '../observe/interval-log.js';
import type { StallDistribution } from './stall-distribution.js';
import type { ThresholdOrigin } from './thresholds.js';

/** Intervals that a quiet thread's log holds; 64 bytes each. */
const FEWEST_INTERVALS = 16;
/** Intervals that the busiest thread's log holds. */
const MOST_INTERVALS = 2048;
/** Outer intervals up to that long find all their inner ones, if these are not too many, ns. */
const KEEP_NS = 50e6;
/** Spikes of a thread that a later, longer one may still supersede. */
const REMEMBERED_SPIKES = 256;

const NONE: readonly ReportedSpike[] = [];

/** Where a spike was reported, for the longer one that may supersede it. */
export interface ReportedSpike {
  id: number;
  startNs: number;
  endNs: number;
  /** Intervals that it was made of. */
  pieces: number;
  /** It was only counted, because there were too many. */
  withheld: boolean;
}

/** Index into {@link ThreadTrack.times}. */
export const Time = {
  /** Extent of the open run. */
  RunStart: 0,
  RunEnd: 1,
  /** Stall time in the open run, overlaps counted twice: no less than the true sum. */
  RunSum: 2,
  /** End of the latest run that was closed. */
  ClosedEnd: 3,
  /** What came before was reported for good, because there was too much of it to keep. */
  Cut: 4,
  /** Shortest sum of stalls that is a spike. */
  Threshold: 5,
} as const;

/**
 * What is known of one thread. Its stalls form runs: a run is open while a further stall could
 * still be near enough to be merged with it.
 */
export class ThreadTrack {
  tid = 0;
  /** Process, 0 when not known yet. */
  pid = 0;
  readonly log = new IntervalLog(FEWEST_INTERVALS, MOST_INTERVALS, KEEP_NS);
  /** Doubles in an array: storing them never allocates. */
  readonly times = new Float64Array(6);
  /** Is there an open run? */
  open = false;
  /** Sequence number of the open run's first interval in the log. */
  runFirst = 0;
  /** The open run touches intervals of closed ones. */
  reopened = false;
  /** Length of the log when the run was opened or last shortened. */
  shortened = 0;
  /** Length of the log when the run was last looked at eagerly. */
  seen = 0;
  /** The open run is being ended before its time. */
  cutting = false;
  /** Has it a threshold? Not while it is new, or may have a new name. */
  assigned = false;
  /** Its process leaves: it has no spikes any more. */
  muted = false;
  origin: ThresholdOrigin = 'default';
  /** How long its stalls are, where its threshold is to follow them. */
  stalls: StallDistribution | undefined = undefined;
  /** Is it in the detector's list of threads with open runs? */
  listed = false;
  readonly #reported: ReportedSpike[] = [];

  /** Begins anew as another thread. */
  become(tid: number): void {
    this.tid = tid;
    this.pid = 0;
    this.log.clear();
    this.times.fill(-Infinity);
    this.open = false;
    this.reopened = false;
    this.assigned = false;
    this.muted = false;
    this.origin = 'default';
    this.stalls = undefined;
    this.#reported.length = 0;
  }

  /** Its intervals are kept, but nothing is a spike any more. */
  mute(): void {
    this.muted = true;
    this.assigned = true;
    this.stalls = undefined;
    this.times[Time.Threshold] = Infinity;
  }

  /** Remembers a spike. They do not overlap, and are kept in the order of time. */
  report(id: number, startNs: number, endNs: number, pieces: number, withheld: boolean): void {
    const reported = this.#reported;
    // What is forgotten is used again.
    const forgotten = reported.length < REMEMBERED_SPIKES ? undefined : reported.shift();
    const spike = forgotten ?? { id, startNs, endNs, pieces, withheld };
    spike.id = id;
    spike.startNs = startNs;
    spike.endNs = endNs;
    spike.pieces = pieces;
    spike.withheld = withheld;
    let to = reported.length;
    while (to > 0 && reported[to - 1]!.startNs > startNs) to--;
    if (to === reported.length) reported.push(spike);
    else reported.splice(to, 0, spike);
  }

  /** Was that spike reported just so, and nothing else that overlaps it? */
  isReported(startNs: number, endNs: number, pieces: number): boolean {
    const reported = this.#reported;
    let i = reported.length;
    while (i > 0 && reported[i - 1]!.startNs >= endNs) i--;
    if (i === 0) return false;
    const spike = reported[i - 1]!;
    if (spike.startNs !== startNs || spike.endNs !== endNs || spike.pieces !== pieces) return false;
    return i === 1 || reported[i - 2]!.endNs <= startNs;
  }

  /** Forgets the spikes that overlap an interval, and returns them in the order of time. */
  takeReported(startNs: number, endNs: number): readonly ReportedSpike[] {
    const reported = this.#reported;
    let end = reported.length;
    while (end > 0 && reported[end - 1]!.startNs >= endNs) end--;
    let first = end;
    while (first > 0 && reported[first - 1]!.endNs > startNs) first--;
    return first === end ? NONE : reported.splice(first, end - first);
  }
}
