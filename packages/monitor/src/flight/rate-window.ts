const MINUTE_NS = 60e9;

/** Grants so many within any minute. */
export class RateWindow {
  readonly #granted: Float64Array;
  #next = 0;

  constructor(perMinute: number) {
    this.#granted = new Float64Array(perMinute).fill(-Infinity);
  }

  /** @param nowNs - on a clock that never runs backwards */
  take(nowNs: number): boolean {
    if (nowNs - this.#granted[this.#next]! < MINUTE_NS) return false;
    this.#granted[this.#next] = nowNs;
    this.#next = (this.#next + 1) % this.#granted.length;
    return true;
  }
}
