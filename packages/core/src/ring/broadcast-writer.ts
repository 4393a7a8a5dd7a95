import { COMMIT_WORD, RECORD_WORDS } from '../record/record-descriptor.js';
import type { RecordRing } from './record-ring.js';
import type { RecordWriter } from './record-writer.js';
import { HEAD_WORD, INTENT_WORD, WORD_SHIFT } from './ring-descriptor.js';
import { viewRing } from './ring-views.js';

/**
 * The one writer of a broadcast ring. It never waits: the oldest records are overwritten.
 *
 * Per claim of n records: `intent = head + n`, a barrier, the record bytes, each record's commit
 * word, then `head`. A reader that finds `intent <= sequence + capacity` after it copied a
 * record knows that nobody had begun to overwrite it.
 *
 * The barrier is `Atomics.store` followed by `Atomics.load`: a store-release alone does not keep
 * later plain stores behind it on arm64, but the load-acquire after it stays behind the release
 * (both are RCsc: `stlr`, `ldar`), and all record stores stay behind the acquire. On x86-64 the
 * store is an `xchg`, a full barrier.
 */
export class BroadcastWriter implements RecordWriter {
  readonly f64: Float64Array;
  readonly u32: Uint32Array;
  readonly #header: Int32Array;
  readonly #mask: number;
  #head: number;
  #pending = 0;

  /** @throws ConfigurationError `HFTMON_E_RING_INVALID` */
  constructor(ring: RecordRing) {
    const { header, f64, u32, mask } = viewRing(ring);
    this.#header = header;
    this.f64 = f64;
    this.u32 = u32;
    this.#mask = mask;
    this.#head = Atomics.load(header, HEAD_WORD);
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
    Atomics.store(this.#header, INTENT_WORD, (head + count) | 0);
    Atomics.load(this.#header, HEAD_WORD);
    this.#pending = count;
    for (let i = 0; i < count; i++) this.#zero(((head + i) & this.#mask) << WORD_SHIFT);
    return (head & this.#mask) << WORD_SHIFT;
  }

  /** Index of the first word of record `i` of the current claim. */
  wordAt(i: number): number {
    return ((this.#head + i) & this.#mask) << WORD_SHIFT;
  }

  /** Publishes what was claimed last. Does nothing when nothing is claimed. */
  commit(): void {
    let head = this.#head;
    const end = (head + this.#pending) | 0;
    while (head !== end) {
      const base = (head & this.#mask) << WORD_SHIFT;
      head = (head + 1) | 0;
      Atomics.store(this.u32, base + COMMIT_WORD, head);
    }
    this.#head = end;
    this.#pending = 0;
    Atomics.store(this.#header, HEAD_WORD, end);
  }

  #zero(base: number): void {
    const u32 = this.u32;
    for (let i = base; i < base + RECORD_WORDS; i++) u32[i] = 0;
  }
}
