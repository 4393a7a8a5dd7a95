import {
  COMMIT_WORD,
  DURATION_DOUBLE,
  RECORD_DOUBLES,
  RECORD_WORDS,
  TIMESTAMP_DOUBLE,
} from '@hftmon/core';

/**
 * The latest intervals of one thread, or records of one CPU: a ring of 64-byte copies of records,
 * oldest overwritten. A copy keeps its payload, so that it is read with the payload functions of
 * core; start and duration are those of the interval, and the commit word holds its type.
 *
 * It grows, doubling, while it would have to overwrite what is still young.
 */
export class IntervalLog {
  u32: Uint32Array;
  f64: Float64Array;
  /** Intervals appended so far; the sequence number of the next one. */
  head = 0;
  readonly #mostEntries: number;
  #keepNs: number;
  #mask: number;
  /** Latest end of an interval that was overwritten. A typed array: storing it allocates nothing. */
  readonly #lostUntil = new Float64Array([-Infinity]);

  /**
   * @param entries, mostEntries - powers of two
   * @param keepNs - intervals younger than that are worth growing for
   */
  constructor(entries: number, mostEntries: number, keepNs: number) {
    const buffer = new ArrayBuffer(entries * RECORD_WORDS * 4);
    this.u32 = new Uint32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.#mask = entries - 1;
    this.#mostEntries = mostEntries;
    this.#keepNs = keepNs;
  }

  /** Sequence number of the oldest interval still held. */
  get oldest(): number {
    return Math.max(0, this.head - this.#mask - 1);
  }

  /** Intervals that ended up to then may be missing, ns. */
  get lostUntilNs(): number {
    return this.#lostUntil[0]!;
  }

  /** First word of an interval's copy. */
  baseOf(sequence: number): number {
    // `&` takes the number modulo 2^32, so sequences may pass that.
    return (sequence & this.#mask) * RECORD_WORDS;
  }

  startOf(base: number): number {
    return this.f64[base / 2 + TIMESTAMP_DOUBLE]!;
  }

  endOf(base: number): number {
    return this.f64[base / 2 + TIMESTAMP_DOUBLE]! + this.f64[base / 2 + DURATION_DOUBLE]!;
  }

  typeOf(base: number): number {
    return this.u32[base + COMMIT_WORD]!;
  }

  /**
   * Appends an interval of the record at `base`. Hot path: allocates only when it grows.
   * @param span - start and end; in an array, because a double that is passed is an allocation
   */
  append(u32: Uint32Array, base: number, span: Float64Array, type: number): void {
    if (this.head > this.#mask) this.#makeRoom(span);
    const to = this.baseOf(this.head);
    const own = this.u32;
    for (let word = 4; word < COMMIT_WORD; word++) own[to + word] = u32[base + word]!;
    own[to + COMMIT_WORD] = type;
    this.f64[to / 2 + TIMESTAMP_DOUBLE] = span[0]!;
    this.f64[to / 2 + DURATION_DOUBLE] = span[1]! - span[0]!;
    this.head++;
  }

  /** Makes intervals worth growing for up to that age, ns; never less than before. */
  keep(ns: number): void {
    if (ns > this.#keepNs) this.#keepNs = ns;
  }

  /** Forgets everything. */
  clear(): void {
    this.head = 0;
    this.#lostUntil[0] = -Infinity;
  }

  #makeRoom(span: Float64Array): void {
    const end = this.endOf(this.baseOf(this.head));
    if (end > span[1]! - this.#keepNs && this.#mask + 1 < this.#mostEntries) this.#grow();
    else if (end > this.#lostUntil[0]!) this.#lostUntil[0] = end;
  }

  #grow(): void {
    const { u32, oldest } = this;
    const from = this.#mask;
    const entries = (from + 1) * 2;
    const buffer = new ArrayBuffer(entries * RECORD_WORDS * 4);
    const grown = new Uint32Array(buffer);
    for (let sequence = oldest; sequence < this.head; sequence++) {
      const source = (sequence & from) * RECORD_WORDS;
      grown.set(
        u32.subarray(source, source + RECORD_WORDS),
        (sequence & (entries - 1)) * RECORD_WORDS,
      );
    }
    this.u32 = grown;
    this.f64 = new Float64Array(buffer, 0, entries * RECORD_DOUBLES);
    this.#mask = entries - 1;
  }
}
