/** A stretch of time as two doubles in an array: `[from, to]`, ns since the epoch. */
export type Window = Float64Array;

/**
 * The latest intervals of a thread, each with some whole numbers and one more double, in memory
 * that is made once; the oldest is overwritten. Doubles go in and out through arrays: as arguments
 * and results of calls they may be allocated.
 */
export class IntervalRing {
  readonly capacity: number;
  readonly #integersEach: number;
  /** Begin, end, and one more. */
  readonly #doubles: Float64Array;
  readonly #integers: Int32Array;
  #pushed = 0;

  /** @param integers - whole numbers per interval */
  constructor(capacity: number, integers: number) {
    this.capacity = capacity;
    this.#integersEach = integers;
    this.#doubles = new Float64Array(capacity * 3);
    this.#integers = new Int32Array(capacity * integers);
  }

  /** Intervals held. */
  get count(): number {
    return this.#pushed < this.capacity ? this.#pushed : this.capacity;
  }

  /** Adds the interval `[times[at], times[at + 1]]`, with all else 0. It is then number 0. */
  push(times: Float64Array, at: number): void {
    this.#pushed++;
    const slot = this.#slot(0);
    this.#doubles[slot * 3] = times[at]!;
    this.#doubles[slot * 3 + 1] = times[at + 1]!;
    this.#doubles[slot * 3 + 2] = 0;
    for (let i = 0; i < this.#integersEach; i++) this.#integers[slot * this.#integersEach + i] = 0;
  }

  /** Whole number `n` of interval `i`; interval 0 is the latest. */
  integer(i: number, n: number): number {
    return this.#integers[this.#slot(i) * this.#integersEach + n]!;
  }

  setInteger(i: number, n: number, value: number): void {
    this.#integers[this.#slot(i) * this.#integersEach + n] = value;
  }

  /** Writes the further double of interval `i` to `into[at]`. */
  copyExtra(i: number, into: Float64Array, at: number): void {
    into[at] = this.#doubles[this.#slot(i) * 3 + 2]!;
  }

  /** Takes it from `from[at]`. */
  setExtra(i: number, from: Float64Array, at: number): void {
    this.#doubles[this.#slot(i) * 3 + 2] = from[at]!;
  }

  /** Writes begin and end of interval `i` to a window. */
  copyTimes(i: number, window: Window): void {
    const slot = this.#slot(i);
    window[0] = this.#doubles[slot * 3]!;
    window[1] = this.#doubles[slot * 3 + 1]!;
  }

  /** Narrows a window to what it has in common with interval `i`. */
  narrow(i: number, window: Window): void {
    const slot = this.#slot(i);
    if (this.#doubles[slot * 3]! > window[0]!) window[0] = this.#doubles[slot * 3]!;
    if (this.#doubles[slot * 3 + 1]! < window[1]!) window[1] = this.#doubles[slot * 3 + 1]!;
  }

  /** Moves the begin of a window to the end of the latest interval that is over by its end. */
  skipPast(window: Window): void {
    for (let i = 0; i < this.count; i++) {
      const end = this.#doubles[this.#slot(i) * 3 + 1]!;
      if (end > window[1]!) continue;
      if (end > window[0]!) window[0] = end;
      return;
    }
  }

  /** Which interval has most in common with a window; -1: none has anything. */
  longestOverlap(window: Window): number {
    let found = -1;
    let longest = 0;
    for (let i = 0; i < this.count; i++) {
      const slot = this.#slot(i);
      const start = Math.max(this.#doubles[slot * 3]!, window[0]!);
      const common = Math.min(this.#doubles[slot * 3 + 1]!, window[1]!) - start;
      if (common <= longest) continue;
      longest = common;
      found = i;
    }
    return found;
  }

  /**
   * Adds what each interval has in common with a window to `sums[0]`, ns.
   * @returns the one that has more of it than `sums[1]`, which is then raised; -1 for none
   */
  addOverlaps(window: Window, sums: Float64Array): number {
    let found = -1;
    for (let i = 0; i < this.count; i++) {
      const slot = this.#slot(i);
      const start = Math.max(this.#doubles[slot * 3]!, window[0]!);
      const common = Math.min(this.#doubles[slot * 3 + 1]!, window[1]!) - start;
      if (!(common > 0)) continue;
      sums[0]! += common;
      if (common <= sums[1]!) continue;
      sums[1] = common;
      found = i;
    }
    return found;
  }

  #slot(i: number): number {
    return (this.#pushed - 1 - i) % this.capacity;
  }
}
