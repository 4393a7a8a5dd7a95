/** Inversions that are kept; the oldest are overwritten. */
const KEPT = 1024;
/** Threads of a chain that are kept. */
export const DEEPEST_CHAIN = 8;

/** Numbers of an inversion. */
export const Inversion = {
  StartNs: 0,
  EndNs: 1,
  /** Priority that was lent to the holder of its lock, or NOT_LENT. */
  Lent: 2,
  /** Time that weaker holders wanted to run but did not, ns. */
  QueueNs: 3,
  /** Task that had the CPU at the begin of the longest part of it. */
  Instead: 4,
  /** Threads in the chain. */
  Depth: 5,
  Pid: 6,
  /** First number of the chain. */
  Chain: 7,
} as const;

/** Numbers of a thread in the chain, from the one that waits to the last holder. */
export const Link = { Tid: 0, Priority: 1, Futex: 2, Operation: 3 } as const;
const LINK_NUMBERS = 4;
const NUMBERS = Inversion.Chain + DEEPEST_CHAIN * LINK_NUMBERS;

/** The latest inversions, in memory that is made once: adding one does not allocate. */
export class InversionLog {
  readonly #cells = new Float64Array(KEPT * NUMBERS);
  #added = 0;

  /** Inversions held. */
  get count(): number {
    return Math.min(this.#added, KEPT);
  }

  /** All that there ever were. */
  get total(): number {
    return this.#added;
  }

  /** Makes room for the next one, which is then inversion `count - 1`. */
  add(): void {
    this.#added++;
    this.#cells.fill(0, this.#base(this.count - 1), this.#base(this.count - 1) + NUMBERS);
  }

  /** Number of inversion `i`; 0 is the oldest. */
  get(i: number, number: number): number {
    return this.#cells[this.#base(i) + number]!;
  }

  set(i: number, number: number, value: number): void {
    this.#cells[this.#base(i) + number] = value;
  }

  /** Number of a thread in its chain. */
  link(i: number, link: number, number: number): number {
    return this.get(i, Inversion.Chain + link * LINK_NUMBERS + number);
  }

  setLink(i: number, link: number, number: number, value: number): void {
    this.set(i, Inversion.Chain + link * LINK_NUMBERS + number, value);
  }

  #base(i: number): number {
    return ((this.#added - this.count + i) % KEPT) * NUMBERS;
  }
}
