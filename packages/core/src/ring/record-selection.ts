import { RECORD_WORDS } from '../record/record-descriptor.js';

/** Room for so many records at first; it doubles when it is full. */
const FIRST_CAPACITY = 256;

/**
 * Records copied out of a scan, in the order they were added: what a query keeps until it builds
 * its answer. With a limit the newest ones stay. Read a record as in a batch, at `baseOf(i)`.
 */
export class RecordSelection {
  readonly #limit: number;
  #u32: Uint32Array;
  #f64: Float64Array;
  /** Word where the next one goes. */
  #next = 0;
  #count = 0;

  /** @param limit - most records kept; default: all */
  constructor(limit: number = Infinity) {
    this.#limit = Math.max(0, Math.floor(limit));
    this.#u32 = new Uint32Array(RECORD_WORDS * Math.min(FIRST_CAPACITY, this.#limit));
    this.#f64 = new Float64Array(this.#u32.buffer);
  }

  /** Records kept. */
  get count(): number {
    return this.#count;
  }

  get u32(): Uint32Array {
    return this.#u32;
  }

  get f64(): Float64Array {
    return this.#f64;
  }

  /** Copies a record. @param base - its first word in `u32` */
  add(u32: Uint32Array, base: number): void {
    if (this.#next === this.#u32.length && !this.#makeRoom()) return;
    const words = this.#u32;
    const to = this.#next;
    // Not as doubles: a pair of words that looks like a NaN would not survive.
    for (let w = 0; w < RECORD_WORDS; w++) words[to + w] = u32[base + w]!;
    this.#next = to + RECORD_WORDS;
    if (this.#count < this.#limit) this.#count++;
  }

  /** First word of record `i` in `u32`, the oldest kept being 0. */
  baseOf(i: number): number {
    const oldest = this.#count < this.#limit ? 0 : this.#next;
    return (oldest + i * RECORD_WORDS) % (this.#count * RECORD_WORDS);
  }

  /** @returns false when nothing may be kept */
  #makeRoom(): boolean {
    if (this.#count < this.#limit) this.#grow();
    else this.#next = 0;
    return this.#limit > 0;
  }

  #grow(): void {
    const records = Math.min(this.#limit, (this.#u32.length / RECORD_WORDS) * 2);
    const grown = new Uint32Array(records * RECORD_WORDS);
    grown.set(this.#u32);
    this.#u32 = grown;
    this.#f64 = new Float64Array(grown.buffer);
  }
}
