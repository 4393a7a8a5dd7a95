/** A stretch of time, CLOCK_MONOTONIC ns. */
export interface Interval {
  readonly startNs: number;
  readonly endNs: number;
}

/** What getrusage counted while the workload worked. */
export interface Usage {
  readonly voluntary: number;
  readonly involuntary: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
}

/** A thread and what was counted for it. */
export interface ThreadUsage {
  readonly tid: number;
  readonly usage: Usage;
}
