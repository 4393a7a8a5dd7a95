import { COMMIT_WORD, RECORD_DOUBLES } from '../record/record-descriptor.js';
import type { RecordRing } from './record-ring.js';
import type { RecordWriter } from './record-writer.js';
import { HEAD_WORD, INTENT_WORD, WORD_SHIFT } from './ring-descriptor.js';
import { viewRing } from './ring-views.js';

/**
 * The one writer of a broadcast ring. It never waits: the oldest records are overwritten.
 *
 * Per claim of n records: `intent = head + n`, a barrier, the record bytes, a barrier, the commit
 * words, then `head`. A reader that finds `intent <= sequence + capacity` after it copied a
 * record knows that nobody had begun to overwrite it.
 *
 * A barrier is `Atomics.store` followed by `Atomics.load`: a store-release alone does not keep
 * later plain stores behind it on arm64, but the load-acquire after it stays behind the release
 * (both are RCsc: `stlr`, `ldar`), and all record stores stay behind the acquire. On x86-64 the
 * store is an `xchg`, a full barrier.
 */
export class BroadcastWriter implements RecordWriter {
  readonly f64: Float64Array;
  readonly u32: Uint32Array;
  readonly #header: Int32Array;
  readonly #mask: number;
  /** The word that barriers store to: private, so that they cost readers nothing. */
  readonly #fence = new Int32Array(1);
  #head: number;
  #intent: number;
  #pending = 0;

  /** @throws ConfigurationError `HFTMON_E_RING_INVALID` */
  constructor(ring: RecordRing) {
    const { header, f64, u32, mask } = viewRing(ring);
    this.#header = header;
    this.f64 = f64;
    this.u32 = u32;
    this.#mask = mask;
    this.#head = Atomics.load(header, HEAD_WORD);
    this.#intent = Atomics.load(header, INTENT_WORD);
  }

  /** Claims the next record, zeroed. Always succeeds. @returns index of its first word in `u32` */
  claim(): number {
    return this.claimMany(1);
  }

  /**
   * Claims the next `count` records, zeroed; `commit` publishes all of them at once. A claim
   * that was not committed is replaced by the next one.
   * @param count - 1 to the ring's capacity, unchecked
   * @returns index of the first one's first word; see {@link wordAt} for the others
   */
  claimMany(count: number): number {
    const head = this.#head;
    // Never lowered: what an abandoned claim zeroed stays marked as touched.
    if (((head + count - this.#intent) | 0) > 0) {
      this.#intent = (head + count) | 0;
      Atomics.store(this.#header, INTENT_WORD, this.#intent);
      Atomics.load(this.#header, INTENT_WORD);
    }
    this.#pending = count;
    const slot = head & this.#mask;
    const straight = Math.min(count, this.#mask + 1 - slot);
    this.#zero(slot, straight);
    if (straight < count) this.#zero(0, count - straight);
    return slot << WORD_SHIFT;
  }

  /** Index of the first word of record `i` of the current claim. */
  wordAt(i: number): number {
    return ((this.#head + i) & this.#mask) << WORD_SHIFT;
  }

  /** Publishes what was claimed last. Does nothing when nothing is claimed. */
  commit(): void {
    const { u32 } = this;
    Atomics.store(this.#fence, 0, 0);
    Atomics.load(this.#fence, 0);
    let head = this.#head;
    for (let left = this.#pending; left > 0; left--) {
      const base = (head & this.#mask) << WORD_SHIFT;
      head = (head + 1) | 0;
      u32[base + COMMIT_WORD] = head;
    }
    this.#head = head;
    this.#pending = 0;
    Atomics.store(this.#header, HEAD_WORD, head);
  }

  #zero(slot: number, records: number): void {
    const { f64 } = this;
    const begin = slot * RECORD_DOUBLES;
    const end = begin + records * RECORD_DOUBLES;
    if (records > 1) f64.fill(0, begin, end);
    else for (let i = begin; i < end; i++) f64[i] = 0;
  }
}
