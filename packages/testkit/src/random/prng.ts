/**
 * Seeded random numbers (sfc32), the same on every machine: a failure can be repeated from the
 * seed that the test prints. Not for secrets.
 */
export class Prng {
  readonly #state = new Uint32Array(4);

  constructor(
    /** Repeats the sequence. */
    readonly seed: number,
  ) {
    this.#state.set([seed >>> 0, 0x9e3779b9, 0x243f6a88, 1]);
    // The first outputs still show the seed.
    for (let i = 0; i < 16; i++) this.u32();
  }

  /** An integer from 0 to 2^32 - 1. No allocation. */
  u32(): number {
    const s = this.#state;
    const a = s[0]!;
    const b = s[1]!;
    const c = s[2]!;
    const result = (a + b + s[3]!) >>> 0;
    s[3]!++;
    s[0] = b ^ (b >>> 9);
    s[1] = c + (c << 3);
    s[2] = ((c << 21) | (c >>> 11)) + result;
    return result;
  }

  /** A number from 0 up to, but not, 1. */
  float(): number {
    return this.u32() / 2 ** 32;
  }

  /** An integer from `low` to `high`, both possible. */
  int(low: number, high: number): number {
    return low + Math.floor(this.float() * (high - low + 1));
  }

  /** One of a list. @throws when it is empty */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('nothing to pick from');
    return list[this.int(0, list.length - 1)] as T;
  }

  /** Fills words with random bits. */
  fill(words: Uint32Array): void {
    for (let i = 0; i < words.length; i++) words[i] = this.u32();
  }
}
