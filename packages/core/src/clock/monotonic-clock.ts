import { calibrateClocks, type ClockCalibration } from './calibrate-clocks.js';
import type { SessionClock } from './session-clock.js';

/**
 * Session clock over CLOCK_MONOTONIC, which `process.hrtime` and `performance.now` read. Wall
 * time is that of the epoch plus the session time: a later step of the wall clock does not tear
 * the time line.
 */
export class MonotonicClock implements SessionClock {
  readonly epochMonotonicNs: bigint;
  /** Wall-clock time of the epoch, ms since 1970 with a fraction. */
  readonly epochWallMs: number;
  readonly #offsetNs: number;

  /**
   * @param epochMonotonicNs - CLOCK_MONOTONIC ns of time 0; default: now
   * @param calibration - relation of the clocks; default: measured now, which takes up to 2 ms
   */
  constructor(
    epochMonotonicNs: bigint = process.hrtime.bigint(),
    calibration: ClockCalibration = calibrateClocks(),
  ) {
    this.epochMonotonicNs = epochMonotonicNs;
    this.epochWallMs =
      calibration.wallMs + Number(epochMonotonicNs - calibration.monotonicNs) / 1e6;
    this.#offsetNs = Number(calibration.performanceOriginNs - epochMonotonicNs);
  }

  /** Now, ns since the epoch. `performance.now` instead of `hrtime` because it does not allocate. */
  nowNs(): number {
    return performance.now() * 1e6 + this.#offsetNs;
  }

  toDate(timestampNs: number): Date {
    return new Date(this.epochWallMs + timestampNs / 1e6);
  }

  toMonotonicNs(timestampNs: number): bigint {
    return this.epochMonotonicNs + BigInt(Math.round(timestampNs));
  }
}
