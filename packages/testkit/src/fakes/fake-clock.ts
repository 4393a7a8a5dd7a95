import type { SessionClock } from '@hftmon/core';

/** A clock that stands until the test moves it. */
export class FakeClock implements SessionClock {
  /** Now, ns since the epoch. */
  timeNs = 0;

  constructor(
    readonly epochMonotonicNs: bigint = 0n,
    /** Wall-clock time of the epoch, ms since 1970. */
    readonly epochWallMs: number = 0,
  ) {}

  nowNs(): number {
    return this.timeNs;
  }

  toDate(timestampNs: number): Date {
    return new Date(this.epochWallMs + timestampNs / 1e6);
  }

  toMonotonicNs(timestampNs: number): bigint {
    return this.epochMonotonicNs + BigInt(Math.round(timestampNs));
  }
}
