/**
 * Numbers keys of a fixed number of 32-bit words, in the order in which they come: a hash table
 * without objects, for columns kept beside it. Bounded; the caller decides what happens when full.
 */
export class WordKeyIndex {
  /** Where the caller puts the key before each call. */
  readonly key: Uint32Array;
  readonly capacity: number;
  readonly #words: number;
  readonly #keys: Uint32Array;
  /** Number of the entry + 1; 0 is free. Half of it at least stays free. */
  readonly #buckets: Uint32Array;
  readonly #mask: number;
  #size = 0;

  constructor(words: number, capacity: number) {
    const buckets = 2 ** Math.ceil(Math.log2(2 * capacity));
    this.key = new Uint32Array(words);
    this.capacity = capacity;
    this.#words = words;
    this.#keys = new Uint32Array(words * capacity);
    this.#buckets = new Uint32Array(buckets);
    this.#mask = buckets - 1;
  }

  /** Keys held. Their numbers are 0 to `size - 1`. */
  get size(): number {
    return this.#size;
  }

  /** Number of the key, or -1. */
  find(): number {
    return this.#buckets[this.#bucket()]! - 1;
  }

  /** Number of the key, which is taken in unless it is known; -1 when there is no room. */
  findOrAdd(): number {
    const bucket = this.#bucket();
    const known = this.#buckets[bucket]!;
    if (known !== 0) return known - 1;
    if (this.#size === this.capacity) return -1;
    this.#keys.set(this.key, this.#size * this.#words);
    this.#buckets[bucket] = ++this.#size;
    return this.#size - 1;
  }

  /** One word of a key by its number. */
  word(entry: number, word: number): number {
    return this.#keys[entry * this.#words + word]!;
  }

  /**
   * Keeps the entries whose score is not below `least`, the first half of all at most. They are
   * numbered anew in their order, and `move` is told of each: `to` is never above `from`, and was
   * told of before. The key stays.
   */
  retain(scores: Uint32Array, least: number, move: (from: number, to: number) => void): void {
    const entries = this.#size;
    this.clear();
    for (let from = 0; from < entries && this.#size < entries / 2; from++) {
      if (scores[from]! < least) continue;
      const to = this.#size++;
      this.#keys.copyWithin(to * this.#words, from * this.#words, (from + 1) * this.#words);
      this.#buckets[this.#freeBucket(to)] = to + 1;
      move(from, to);
    }
  }

  clear(): void {
    this.#buckets.fill(0);
    this.#size = 0;
  }

  /** Bucket of the key, or the free one where it belongs. */
  #bucket(): number {
    let bucket = this.#hash(this.key, 0) & this.#mask;
    for (;;) {
      const entry = this.#buckets[bucket]!;
      if (entry === 0 || this.#isKeyOf(entry - 1)) return bucket;
      bucket = (bucket + 1) & this.#mask;
    }
  }

  #freeBucket(entry: number): number {
    let bucket = this.#hash(this.#keys, entry * this.#words) & this.#mask;
    while (this.#buckets[bucket] !== 0) bucket = (bucket + 1) & this.#mask;
    return bucket;
  }

  #isKeyOf(entry: number): boolean {
    for (let i = 0, at = entry * this.#words; i < this.#words; i++, at++) {
      if (this.#keys[at] !== this.key[i]) return false;
    }
    return true;
  }

  /** The mixing steps of MurmurHash3, 32 bits. */
  #hash(words: Uint32Array, at: number): number {
    let hash = 0;
    for (let i = at; i < at + this.#words; i++) {
      hash ^= Math.imul(words[i]!, 0xcc9e2d51);
      hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  }
}
