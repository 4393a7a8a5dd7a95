import type { Group } from '../detect/group-finder.js';

/** Spikes that the rate limit kept back. */
export interface WithheldSpikes {
  readonly total: number;
  /** By tid, of up to 4096 threads; none that are 0. */
  readonly byThread: ReadonlyMap<number, number>;
}

const WINDOW_NS = 1e9;
/** Threads whose withheld spikes are counted apart; those of further ones only in all. */
const MOST_THREADS = 4096;

/**
 * Bounds how many spikes are told. Of each second, the first so many are; a later one only when it
 * is longer than all that were told of that second, so that the longest is always among them. The
 * others are withheld, and counted.
 */
export class RateLimit {
  /** Spikes that were not told. */
  withheld = 0;
  readonly #mostPerSecond: number;
  readonly #byThread = new Map<number, number>();
  /** Time of the stream at which the second began. */
  #sinceNs = -Infinity;
  #told = 0;
  #longestNs = 0;

  /** @param mostPerSecond - Infinity for no limit */
  constructor(mostPerSecond: number) {
    this.#mostPerSecond = mostPerSecond;
  }

  /** A copy of the counts. */
  counts(): WithheldSpikes {
    return { total: this.withheld, byThread: new Map(this.#byThread) };
  }

  /** May the spike be told? Counts it, as told or as withheld. */
  admits(tid: number, { startNs, endNs }: Pick<Group, 'startNs' | 'endNs'>): boolean {
    if (endNs >= this.#sinceNs + WINDOW_NS) {
      this.#sinceNs = endNs;
      this.#told = 0;
      this.#longestNs = 0;
    }
    const durationNs = endNs - startNs;
    if (this.#told >= this.#mostPerSecond && durationNs <= this.#longestNs) {
      this.#withhold(tid);
      return false;
    }
    this.#told++;
    this.#longestNs = Math.max(this.#longestNs, durationNs);
    return true;
  }

  #withhold(tid: number): void {
    this.withheld++;
    const count = this.#byThread.get(tid) ?? 0;
    if (count > 0 || this.#byThread.size < MOST_THREADS) this.#byThread.set(tid, count + 1);
  }
}
