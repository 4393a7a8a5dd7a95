import { COUNTER_RECORD, COUNTER_RING } from './layout.js';

const HEAD_WORD = COUNTER_RING.head >>> 2;
const TAIL_WORD = COUNTER_RING.tail >>> 2;

/**
 * Reads the samples of a counter sampler in the memory where the native thread wrote them. It
 * stands on one sample at a time; nothing is allocated.
 *
 * The ring has one writer and one reader and never overwrites: a sample is published by the head,
 * which is read with acquire order, and is given back by the tail when the cursor leaves it.
 */
export class CounterCursor {
  #words: Uint32Array;
  #doubles: Float64Array;
  readonly #recordBytes: number;
  readonly #mask: number;
  /** Sequence of the sample that `next` will stand on. A typed array keeps it out of the heap. */
  readonly #next = new Uint32Array(1);
  /** Byte offset of the sample that it stands on. */
  #offset = 0;

  constructor(memory: ArrayBuffer) {
    this.#words = new Uint32Array(memory);
    this.#doubles = new Float64Array(memory);
    this.#recordBytes = this.#words[COUNTER_RING.recordBytes >>> 2]!;
    this.#mask = this.#words[COUNTER_RING.mask >>> 2]!;
    this.#next[0] = Atomics.load(this.#words, TAIL_WORD);
  }

  /** Goes to the next sample, which ends the current one. @returns false when there is none yet */
  next(): boolean {
    const next = this.#next[0]!;
    // The current sample, if there is one, was read: the writer may have its place.
    Atomics.store(this.#words, TAIL_WORD, next);
    if (Atomics.load(this.#words, HEAD_WORD) === next) return false;
    this.#offset = COUNTER_RING.records + (next & this.#mask) * this.#recordBytes;
    this.#next[0] = next + 1;
    return true;
  }

  /** @internal Lets go of memory that is about to be unmapped: there are no more samples. */
  detach(): void {
    this.#words = new Uint32Array(COUNTER_RING.records >>> 2);
    this.#doubles = new Float64Array(0);
    this.#next[0] = 0;
  }

  /** When it was taken, ns since the session epoch. */
  get timeNs(): number {
    return this.#double(COUNTER_RECORD.timeNs);
  }

  /** Time that the group was meant to count since Begin, ns of the thread's running time. */
  get enabledNs(): number {
    return this.#double(COUNTER_RECORD.enabledNs);
  }

  /** Time that it had counters; less than `enabledNs` when others held them meanwhile. */
  get runningNs(): number {
    return this.#double(COUNTER_RECORD.runningNs);
  }

  get tid(): number {
    return this.#word(COUNTER_RECORD.tid);
  }

  /** Index into the groups of the sampler. */
  get group(): number {
    return this.#word(COUNTER_RECORD.group);
  }

  /** Bits of `CounterStatus`. */
  get status(): number {
    return this.#word(COUNTER_RECORD.status);
  }

  /** Number of values. */
  get count(): number {
    return this.#word(COUNTER_RECORD.count);
  }

  /** Total of an event of the group since Begin, never scaled. */
  value(index: number): number {
    return this.#double(COUNTER_RECORD.values + 8 * index);
  }

  #double(field: number): number {
    return this.#doubles[(this.#offset + field) >>> 3]!;
  }

  #word(field: number): number {
    return this.#words[(this.#offset + field) >>> 2]!;
  }
}
