import { compactionBins, scoreToKeep } from '../tables/compaction.js';
import { WordKeyIndex } from '../tables/word-key-index.js';

const LINE_LOW = 0;
const LINE_HIGH = 1;
const TID = 2;
const PLACE = 3;
const IP_LOW = 4;
const IP_HIGH = 5;
const WORDS = 6;
const LOAD = 1 << 30;
const STORE = 1 << 31;
const SIZE_SHIFT = 16;

/** One kind of access to a line, as samples saw it. */
export interface SampledAccess {
  readonly tid: number;
  /** Bytes from the start of the line. */
  readonly offset: number;
  readonly size: number;
  readonly load: boolean;
  readonly store: boolean;
  /** The instruction that made it. */
  readonly ip: number;
  readonly samples: number;
  /** Of those, loads that another core's cache answered; hardware samples alone tell. */
  readonly transfers: number;
}

/**
 * Samples by line, thread, bytes of the line, load or store, and instruction. Bounded: when it is
 * full, the rows with the fewest samples are forgotten, and their samples counted.
 */
export class AccessTable {
  /** Samples forgotten to make room. */
  evictedSamples = 0;
  readonly #index: WordKeyIndex;
  readonly #samples: Uint32Array;
  readonly #transfers: Uint32Array;
  readonly #bins = compactionBins();

  constructor(capacity: number) {
    this.#index = new WordKeyIndex(WORDS, capacity);
    this.#samples = new Uint32Array(capacity);
    this.#transfers = new Uint32Array(capacity);
  }

  get rows(): number {
    return this.#index.size;
  }

  /** Does not allocate. */
  add(
    lineLow: number,
    lineHigh: number,
    tid: number,
    offset: number,
    size: number,
    load: boolean,
    store: boolean,
    ipLow: number,
    ipHigh: number,
    isTransfer: boolean,
  ): void {
    const { key } = this.#index;
    key[LINE_LOW] = lineLow;
    key[LINE_HIGH] = lineHigh;
    key[TID] = tid;
    key[PLACE] = offset | (size << SIZE_SHIFT) | (load ? LOAD : 0) | (store ? STORE : 0);
    key[IP_LOW] = ipLow;
    key[IP_HIGH] = ipHigh;
    let row = this.#index.find();
    if (row < 0) {
      if (this.#index.size === this.#index.capacity) this.#compact();
      row = this.#index.findOrAdd();
      this.#samples[row] = this.#transfers[row] = 0;
    }
    this.#samples[row]! += 1;
    if (isTransfer) this.#transfers[row]! += 1;
  }

  /** Accesses by address of their line, of those lines that are asked for. */
  byLine(lines: ReadonlySet<number>): Map<number, SampledAccess[]> {
    const found = new Map<number, SampledAccess[]>();
    for (let row = 0; row < this.rows; row++) {
      const line = this.#address(row, LINE_HIGH, LINE_LOW);
      if (!lines.has(line)) continue;
      const accesses = found.get(line) ?? [];
      if (accesses.length === 0) found.set(line, accesses);
      accesses.push(this.#access(row));
    }
    return found;
  }

  #access(row: number): SampledAccess {
    const place = this.#index.word(row, PLACE);
    return {
      tid: this.#index.word(row, TID),
      offset: place & 0xffff,
      size: (place >>> SIZE_SHIFT) & 0xff,
      load: (place & LOAD) !== 0,
      store: (place & STORE) !== 0,
      ip: this.#address(row, IP_HIGH, IP_LOW),
      samples: this.#samples[row]!,
      transfers: this.#transfers[row]!,
    };
  }

  #address(row: number, high: number, low: number): number {
    return this.#index.word(row, high) * 2 ** 32 + this.#index.word(row, low);
  }

  #compact(): void {
    const held = sum(this.#samples, this.rows);
    const least = scoreToKeep(this.#samples, this.rows, this.#bins);
    this.#index.retain(this.#samples, least, (from, to) => {
      this.#samples[to] = this.#samples[from]!;
      this.#transfers[to] = this.#transfers[from]!;
    });
    this.evictedSamples += held - sum(this.#samples, this.rows);
  }
}

function sum(values: Uint32Array, count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += values[i]!;
  return total;
}
