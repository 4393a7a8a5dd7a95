import type { StackFrame, TaskRef } from '@hftmon/core';
import type { CauseClass } from './cause.js';
import type { DetailsByCause, ObservedCause } from './details.js';

/** One line of a receipt: all of one cause. */
export type ReceiptPart = {
  [C in ObservedCause]: {
    readonly cause: C;
    readonly causeClass: CauseClass;
    /** Net time: what interrupted it stands in the interrupter's part. */
    readonly ns: number;
    readonly details: DetailsByCause[C];
  };
}[ObservedCause];

/** What a spike was made of. The parts are disjoint and sum to `durationNs` exactly. */
export interface Receipt {
  readonly durationNs: number;
  /** The largest first; `unexplained` is one of them where there is any. */
  readonly parts: readonly ReceiptPart[];
  readonly unexplainedNs: number;
}

/** One event that a spike is made of. */
export interface RelatedEvent {
  readonly cause: ObservedCause;
  /** ns since the session epoch. */
  readonly timestampNs: number;
  /** From its start to its end, with what interrupted it. */
  readonly durationNs: number;
  readonly cpu: number;
  /** The task that had the CPU, or sent the interrupt, where one is known. */
  readonly tid?: number;
}

/** Time in which a thread wanted to run its own code and could not, and why. */
export interface LatencySpike {
  /** Counts up over the session, from 1. */
  readonly id: number;
  /** Wall-clock time of its start. */
  readonly timestamp: Date;
  /** Its start, ns since the session epoch. */
  readonly timestampNs: number;
  /** Its start, CLOCK_MONOTONIC ns. */
  readonly monotonicNs: number;
  /** From the first stall's start to the last one's end, us. */
  readonly durationUs: number;
  readonly durationNs: number;
  /** The thread; the same as `tid`. */
  readonly threadId: number;
  readonly tid: number;
  /** 0 when the process was gone before it could be asked for. */
  readonly pid: number;
  readonly comm: string;
  /** CPU the thread was on when it began; its timer's, while it has yet to run since. */
  readonly cpu: number;
  /** Cause of the largest part. */
  readonly cause: ObservedCause;
  readonly causeClass: CauseClass;
  /** Evidence of the largest part. */
  readonly details: DetailsByCause[ObservedCause];
  readonly receipt: Receipt;
  /** Ids of earlier spikes that turned out to be part of this one. */
  readonly supersedes?: readonly number[];
  /**
   * Records were lost in or near it: parts may be missing. Where that is noticed after it was told, a
   * `SpikeCorrection` says so.
   */
  readonly incomplete?: true;
  /** It was made of more events than are kept, so that details are missing. */
  readonly truncated?: true;
  /**
   * A return of the thread to its CPU was not traced, as sandboxes do it: when it was is taken from
   * the kernel's account of its run time, which leaves interrupts out.
   */
  readonly estimated?: true;
  /** User frames, innermost first, of the longest time off the CPU; see `includeCauseAnalysis`. */
  readonly stackTrace?: readonly StackFrame[];
  /**
   * Who had the CPU longest while the thread wanted it, with its frames when it left the CPU; only
   * with `includeCauseAnalysis`, and where it ran long enough for its stacks to be taken.
   */
  readonly culpritStack?: TaskRef & {
    readonly user: readonly StackFrame[];
    readonly kernel: readonly StackFrame[];
  };
  /** Longest events in it, in the order of time; only with `includeCauseAnalysis`. */
  readonly relatedEvents?: readonly RelatedEvent[];
}

/**
 * That a thread had a spike, and how long: told before its receipt is written, which takes longer.
 * What follows from the receipt is written when it is asked for.
 */
export interface SpikeVerdict {
  /** That of the spike. */
  readonly id: number;
  readonly tid: number;
  /** 0 when the process was gone before it could be asked for. */
  readonly pid: number;
  /** CPU the thread was on when it began. */
  readonly cpu: number;
  /** Its start, ns since the session epoch. */
  readonly timestampNs: number;
  /** Its start, CLOCK_MONOTONIC ns. */
  readonly monotonicNs: number;
  readonly durationNs: number;
  readonly durationUs: number;
  /** Ids of earlier spikes that turned out to be part of this one. */
  readonly supersedes: readonly number[];
  /** Cause of the largest part; writes the receipt. */
  readonly cause: ObservedCause;
  readonly causeClass: CauseClass;
  /** The spike with its receipt, the same that is kept and told to everyone. */
  readonly spike: LatencySpike;
}

/** Hears of every spike before its receipt is written. */
export type VerdictListener = (verdict: SpikeVerdict) => void;

/** Hears of every spike as soon as it is known. */
export type SpikeListener = (spike: LatencySpike) => void;
