/** Keys that are kept of one list. */
const KEPT = 16;

/** Sums of time by a number (a tid, a CPU), bounded: what comes when it is full is only noted. */
export class BoundedShares {
  readonly #ns = new Map<number, number>();
  #overflowed = false;

  /** More keys came than are kept. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** @param ns - negative to take back what was added before */
  add(key: number, ns: number): void {
    const sum = (this.#ns.get(key) ?? 0) + ns;
    if (sum <= 0) this.#ns.delete(key);
    else if (this.#ns.has(key) || this.#ns.size < KEPT) this.#ns.set(key, sum);
    else this.#overflowed = true;
  }

  /** The largest sum first. */
  keys(): number[] {
    return [...this.#ns].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([key]) => key);
  }
}
