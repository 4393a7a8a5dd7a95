/** Bounds of work that disturbs. */
export interface DutyCycleOptions {
  /** Shortest time from one begin to the next, ms. */
  readonly minIntervalMs: number;
  /** Share of one CPU that the work may take at most, 0 to 1. */
  readonly share: number;
  /** A clock in ms. Default `performance.now`. */
  readonly nowMs?: () => number;
}

/**
 * Keeps repeated work within a share of one CPU: after work of 5 ms at 1 % it is due again 500 ms
 * after the begin, or after the shortest interval if that is longer.
 */
export class DutyCycle {
  readonly #options: Required<DutyCycleOptions>;
  #nextMs = -Infinity;
  #longestMs = 0;

  constructor(options: DutyCycleOptions) {
    this.#options = { nowMs: () => performance.now(), ...options };
  }

  /** May the work be done now? */
  get due(): boolean {
    return this.#options.nowMs() >= this.#nextMs;
  }

  /** Longest that the work took so far, ms. */
  get longestMs(): number {
    return this.#longestMs;
  }

  /** Does the work and puts the next turn off according to what it took. */
  run<Result>(work: () => Result): Result {
    const { nowMs, minIntervalMs, share } = this.#options;
    const begin = nowMs();
    try {
      return work();
    } finally {
      const spentMs = nowMs() - begin;
      this.#longestMs = Math.max(this.#longestMs, spentMs);
      this.#nextMs = begin + Math.max(minIntervalMs, spentMs / share);
    }
  }
}
