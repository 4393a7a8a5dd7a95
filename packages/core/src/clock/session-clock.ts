/** The time of a session: ns since its epoch, in a double (exact for 104 days). */
export interface SessionClock {
  /** CLOCK_MONOTONIC ns of time 0. */
  readonly epochMonotonicNs: bigint;
  /** Now, ns since the epoch. */
  nowNs(): number;
  /** Wall-clock time of a session time. */
  toDate(timestampNs: number): Date;
  /** CLOCK_MONOTONIC ns of a session time. */
  toMonotonicNs(timestampNs: number): bigint;
}
