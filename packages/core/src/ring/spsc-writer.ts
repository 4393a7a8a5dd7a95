import { COMMIT_WORD, RECORD_DOUBLES } from '../record/record-descriptor.js';
import type { RecordRing } from './record-ring.js';
import type { RecordWriter } from './record-writer.js';
import { HEAD_WORD, REFUSED_WORD, TAIL_WORD, WORD_SHIFT } from './ring-descriptor.js';
import { viewRing, type RingViews } from './ring-views.js';

/**
 * The one writer of an spsc ring. It never overwrites: a claim in a full ring is refused and
 * counted in the header, where the reader sees it.
 */
export class SpscWriter implements RecordWriter {
  readonly f64: Float64Array;
  readonly u32: Uint32Array;
  readonly #views: RingViews;
  #head: number;
  /** The tail as last seen; looked up again only when the ring seems full. */
  #tail: number;
  #claimed = false;

  /** @throws ConfigurationError `HFTMON_E_RING_INVALID` */
  constructor(ring: RecordRing) {
    this.#views = viewRing(ring);
    this.f64 = this.#views.f64;
    this.u32 = this.#views.u32;
    this.#head = Atomics.load(this.#views.header, HEAD_WORD);
    this.#tail = Atomics.load(this.#views.header, TAIL_WORD);
  }

  /** Claims the next record, zeroed. @returns index of its first word, or -1: full, counted */
  claim(): number {
    const { header, capacity, mask } = this.#views;
    if ((this.#head - this.#tail) >>> 0 >= capacity) {
      this.#tail = Atomics.load(header, TAIL_WORD);
      if ((this.#head - this.#tail) >>> 0 >= capacity) {
        if (Atomics.add(header, REFUSED_WORD, 1) === -1) Atomics.add(header, REFUSED_WORD + 1, 1);
        return -1;
      }
    }
    const base = (this.#head & mask) << WORD_SHIFT;
    for (let i = base >>> 1; i < (base >>> 1) + RECORD_DOUBLES; i++) this.f64[i] = 0;
    this.#claimed = true;
    return base;
  }

  /** Publishes the record claimed last. Does nothing when none is claimed. */
  commit(): void {
    if (!this.#claimed) return;
    this.#claimed = false;
    const base = (this.#head & this.#views.mask) << WORD_SHIFT;
    this.#head = (this.#head + 1) | 0;
    Atomics.store(this.u32, base + COMMIT_WORD, this.#head);
    Atomics.store(this.#views.header, HEAD_WORD, this.#head);
  }
}
