/**
 * The latest intervals of a thread, each with further numbers, in memory that is made once.
 * Pushing does not allocate; the oldest is overwritten.
 */
export class IntervalRing {
  readonly capacity: number;
  readonly #columns: number;
  readonly #cells: Float64Array;
  #pushed = 0;

  /** @param values - further numbers per interval */
  constructor(capacity: number, values: number) {
    this.capacity = capacity;
    this.#columns = 2 + values;
    this.#cells = new Float64Array(capacity * this.#columns);
  }

  /** Intervals held. */
  get count(): number {
    return Math.min(this.#pushed, this.capacity);
  }

  /** Adds an interval; its further numbers are 0 until they are set at index 0. */
  push(startNs: number, endNs: number): void {
    const at = (this.#pushed % this.capacity) * this.#columns;
    this.#cells[at] = startNs;
    this.#cells[at + 1] = endNs;
    for (let value = 2; value < this.#columns; value++) this.#cells[at + value] = 0;
    // Two to the 53rd pushes are more than anybody makes.
    this.#pushed++;
  }

  /** Begin of interval `i`; 0 is the latest. */
  startNs(i: number): number {
    return this.#cells[this.#base(i)]!;
  }

  endNs(i: number): number {
    return this.#cells[this.#base(i) + 1]!;
  }

  /** Further number `value` of interval `i`. */
  value(i: number, value: number): number {
    return this.#cells[this.#base(i) + 2 + value]!;
  }

  setValue(i: number, value: number, to: number): void {
    this.#cells[this.#base(i) + 2 + value] = to;
  }

  /** Time that interval `i` and a window have in common, 0 when it is none, ns. */
  overlapNs(i: number, fromNs: number, toNs: number): number {
    const base = this.#base(i);
    const start = this.#cells[base]!;
    const end = this.#cells[base + 1]!;
    const common = (end < toNs ? end : toNs) - (start > fromNs ? start : fromNs);
    return common > 0 ? common : 0;
  }

  #base(i: number): number {
    const index = (this.#pushed - 1 - i) % this.capacity;
    return index * this.#columns;
  }
}
