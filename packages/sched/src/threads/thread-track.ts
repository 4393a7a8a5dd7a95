import { LogLinearHistogram } from '@hftmon/core';
import { AttributeReader } from '@hftmon/perf-native';
import { WakeUpRing } from '../periods/wake-up-ring.js';
import { DepthCounts } from './depth-counts.js';
import { IntervalRing } from './interval-ring.js';

/** Index of a number in {@link ThreadTrack.sums}. */
export const Sum = {
  /** Time off the CPU in the records delivered. */
  OffNs: 0,
  /** Of that, time in the run queue. */
  WaitNs: 1,
  /** End of the latest record. */
  LastEndNs: 2,
  Inversions: 3,
  InversionNs: 4,
  /** Times that a weaker task got the CPU of the runnable real-time thread. */
  RealtimeThrottled: 5,
  RealtimeThrottledNs: 6,
  AttributeChanges: 7,
  AffinityChanges: 8,
} as const;

/** Value of a priority that is not known. */
export const UNKNOWN_PRIORITY = 0x7fff_ffff;

/** Error of percentiles is 3 %, for 12 KiB per thread. */
const LATENCY_BITS = 5;
const RUN_QUEUE_WAITS = 64;
const LOCK_WAITS = 16;
const OWN_SLEEPS = 8;

/**
 * What is kept of one thread. Sums are doubles in an array, so that adding to them never
 * allocates; rings and histograms are made when the first value comes.
 */
export class ThreadTrack {
  readonly sums = new Float64Array(9);
  /** The last look at its attributes; valid if `isKnown`. */
  readonly attributes = new Uint32Array(AttributeReader.entryWords);
  isKnown = false;
  /** Why the last look failed, an errno; 0: it did not. */
  errno = 0;
  hasEnded = false;
  /**
   * Its own priority as the kernel counts: below 0 deadline, 0 to 98 real-time, 100 to 139 fair,
   * 140 SCHED_IDLE.
   */
  kernelPriority = UNKNOWN_PRIORITY;
  /** The same as the stream told it last, with what it was lent. */
  toldPriority = UNKNOWN_PRIORITY;
  /** The stream has told of a real-time priority. */
  wasRealtime = false;
  #latency: LogLinearHistogram | undefined;
  #depths: DepthCounts | undefined;
  #wakeUps: WakeUpRing | undefined;
  #runQueueWaits: IntervalRing | undefined;
  #lockWaits: IntervalRing | undefined;
  #ownSleeps: IntervalRing | undefined;

  constructor(
    readonly tid: number,
    readonly pid: number,
  ) {}

  /** Its own priority, or what the stream told where it was never looked at. */
  get ownPriority(): number {
    return this.kernelPriority === UNKNOWN_PRIORITY ? this.toldPriority : this.kernelPriority;
  }

  /** Waits in the run queue after wake-ups, ns. */
  get latency(): LogLinearHistogram {
    return (this.#latency ??= new LogLinearHistogram(LATENCY_BITS));
  }

  /** Others that were runnable on its CPU when it was woken. */
  get depths(): DepthCounts {
    return (this.#depths ??= new DepthCounts());
  }

  /** Times of its latest wake-ups. */
  get wakeUps(): WakeUpRing {
    return (this.#wakeUps ??= new WakeUpRing());
  }

  /** Times that it was runnable but did not run; see {@link RunQueueWait}. */
  get runQueueWaits(): IntervalRing {
    return (this.#runQueueWaits ??= new IntervalRing(RUN_QUEUE_WAITS, 1));
  }

  /** Times that it waited for locks; see LockWait in `inversion/lock-wait.ts`. */
  get lockWaits(): IntervalRing {
    return (this.#lockWaits ??= new IntervalRing(LOCK_WAITS, 5));
  }

  /** Times that it slept for another reason. */
  get ownSleeps(): IntervalRing {
    return (this.#ownSleeps ??= new IntervalRing(OWN_SLEEPS, 0));
  }

  add(sum: number, value: number): void {
    this.sums[sum]! += value;
  }
}

/** Whole numbers of an interval in {@link ThreadTrack.runQueueWaits}. */
export const RunQueueWait = {
  /** Task that had the CPU meanwhile: the one that took it, or that ran before. */
  Instead: 0,
} as const;
