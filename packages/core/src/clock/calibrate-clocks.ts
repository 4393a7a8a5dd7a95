/** How the clocks of the process relate at one moment. */
export interface ClockCalibration {
  /** CLOCK_MONOTONIC ns of the moment. */
  readonly monotonicNs: bigint;
  /** Wall-clock time of the moment, ms since 1970 with a fraction. */
  readonly wallMs: number;
  /** The moment may be off by this much in wall time, ns. */
  readonly wallErrorNs: number;
  /** CLOCK_MONOTONIC ns at which `performance.now()` is 0. */
  readonly performanceOriginNs: bigint;
}

/** The clocks read; injected by tests. */
export interface Clocks {
  monotonicNs(): bigint;
  wallMs(): number;
  performanceMs(): number;
}

const systemClocks: Clocks = {
  monotonicNs: () => process.hrtime.bigint(),
  wallMs: () => Date.now(),
  performanceMs: () => performance.now(),
};

/** Long enough to see `Date.now` tick at least once. */
const WINDOW_NS = 2_000_000n;

/**
 * Relates the clocks by bracketing: each reading between two readings of CLOCK_MONOTONIC bounds
 * the offset from both sides, and the bounds of many readings are intersected. `Date.now` counts
 * whole milliseconds, so it is its tick that narrows the bounds, to about the time of one reading.
 */
export function calibrateClocks(clocks: Clocks = systemClocks): ClockCalibration {
  const start = clocks.monotonicNs();
  const wall = new Bounds();
  const performanceOrigin = new Bounds();
  let before = start;
  while (before - start < WINDOW_NS) {
    const wallMs = clocks.wallMs();
    const between = clocks.monotonicNs();
    const performanceNs = clocks.performanceMs() * 1e6;
    const after = clocks.monotonicNs();
    const wallNs = wallMs * 1e6;
    // Wall time at `start` is within (reading - elapsed, reading + 1 ms - elapsed).
    wall.narrow(wallNs - Number(between - start), wallNs + 1e6 - Number(before - start));
    performanceOrigin.narrow(
      Number(between - start) - performanceNs,
      Number(after - start) - performanceNs,
    );
    before = after;
  }
  return {
    monotonicNs: start,
    wallMs: wall.middle / 1e6,
    wallErrorNs: wall.width / 2,
    performanceOriginNs: start + BigInt(Math.round(performanceOrigin.middle)),
  };
}

/** Intersection of intervals. An interval that misses it (the clock was stepped) starts anew. */
class Bounds {
  #low = -Infinity;
  #high = Infinity;

  narrow(low: number, high: number): void {
    if (low > this.#high || high < this.#low) {
      this.#low = low;
      this.#high = high;
      return;
    }
    this.#low = Math.max(this.#low, low);
    this.#high = Math.min(this.#high, high);
  }

  get middle(): number {
    return (this.#low + this.#high) / 2;
  }

  get width(): number {
    return this.#high - this.#low;
  }
}
