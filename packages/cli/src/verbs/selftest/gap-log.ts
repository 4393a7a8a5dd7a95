/** Gaps that overlap a time. */
export interface Overlap {
  /** Start of the first and end of the last, in full, ns. */
  readonly startNs: number;
  readonly endNs: number;
  /** Their time within it, ns. */
  readonly insideNs: number;
}

/** What the target's own clock saw: times in which it did not run, in their order. */
export class GapLog {
  readonly #bounds: readonly number[];

  /** @param bounds - start and end of each, CLOCK_MONOTONIC ns */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
  }

  get count(): number {
    return this.#bounds.length / 2;
  }

  /** The gaps that overlap a time; `undefined` when there are none. */
  overlapping(startNs: number, endNs: number): Overlap | undefined {
    const bounds = this.#bounds;
    let i = this.#firstEndingAfter(startNs);
    if (2 * i >= bounds.length || bounds[2 * i]! >= endNs) return undefined;
    const first = bounds[2 * i]!;
    let last = first;
    let insideNs = 0;
    for (; 2 * i < bounds.length && bounds[2 * i]! < endNs; i++) {
      last = bounds[2 * i + 1]!;
      insideNs += Math.min(last, endNs) - Math.max(bounds[2 * i]!, startNs);
    }
    return { startNs: first, endNs: last, insideNs };
  }

  #firstEndingAfter(ns: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#bounds[2 * middle + 1]! > ns) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
