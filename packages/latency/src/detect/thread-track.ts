import { IntervalLog } from '../observe/interval-log.js';
import { ReportedSpikes } from './reported-spikes.js';
import type { StallDistribution } from './stall-distribution.js';
import type { ThresholdOrigin } from './thresholds.js';

/** Intervals that a quiet thread's log holds; 64 bytes each. */
const FEWEST_INTERVALS = 16;
/** Intervals that the busiest thread's log holds. */
const MOST_INTERVALS = 2048;
/** Outer intervals up to that long find all their inner ones, if these are not too many, ns. */
const KEEP_NS = 50e6;

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
  readonly reported = new ReportedSpikes();

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
    this.reported.clear();
  }

  /** Its intervals are kept, but nothing is a spike any more. */
  mute(): void {
    this.muted = true;
    this.assigned = true;
    this.stalls = undefined;
    this.times[Time.Threshold] = Infinity;
  }
}
