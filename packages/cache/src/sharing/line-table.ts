import { compactionBins, scoreToKeep } from '../tables/compaction.js';
import { WordKeyIndex } from '../tables/word-key-index.js';

const PID = 0;
const LOW = 1;
const HIGH = 2;
/** An alternation says more than a sample about whether a line is shared. */
const ALTERNATION_SCORE = 4;
const NO_CORE = 0xffff;

/**
 * Cache lines that samples fell on, in columns by row, and how often their threads took turns on
 * them. Bounded: when it is full, the lines that matter least are forgotten and counted.
 */
export class LineTable {
  readonly samples: Uint32Array;
  /** How often a sample came from another thread, on another core, than the one before. */
  readonly alternations: Uint32Array;
  /** Samples of stores since its threads have taken turns. */
  readonly sharedStores: Uint32Array;
  readonly firstNs: Float64Array;
  readonly lastNs: Float64Array;
  /** Lines forgotten to make room. */
  evicted = 0;
  readonly #index: WordKeyIndex;
  readonly #lastTid: Uint32Array;
  readonly #lastCore: Uint16Array;
  readonly #scores: Uint32Array;
  readonly #bins = compactionBins();

  constructor(capacity: number) {
    this.#index = new WordKeyIndex(3, capacity);
    this.samples = new Uint32Array(capacity);
    this.alternations = new Uint32Array(capacity);
    this.sharedStores = new Uint32Array(capacity);
    this.firstNs = new Float64Array(capacity);
    this.lastNs = new Float64Array(capacity);
    this.#lastTid = new Uint32Array(capacity);
    this.#lastCore = new Uint16Array(capacity);
    this.#scores = new Uint32Array(capacity);
  }

  get rows(): number {
    return this.#index.size;
  }

  /** Process of a row. */
  pid(row: number): number {
    return this.#index.word(row, PID);
  }

  /** Address of the first byte of the line. */
  address(row: number): number {
    return this.#index.word(row, HIGH) * 2 ** 32 + this.#index.word(row, LOW);
  }

  /** Does not allocate. @param core - {@link NO_CORE} when unknown */
  add(
    pid: number,
    low: number,
    high: number,
    tid: number,
    core: number,
    timeNs: number,
    isStore: boolean,
  ): void {
    const { key } = this.#index;
    key[PID] = pid;
    key[LOW] = low;
    key[HIGH] = high;
    let row = this.#index.find();
    if (row < 0) row = this.#insert(tid, core, timeNs);
    if (this.#lastTid[row] !== tid && isElsewhere(this.#lastCore[row]!, core)) {
      this.alternations[row]! += 1;
    }
    if (isStore && this.alternations[row]! > 0) this.sharedStores[row]! += 1;
    this.samples[row]! += 1;
    this.#lastTid[row] = tid;
    this.#lastCore[row] = core;
    // Samples of several threads come in no particular order.
    this.firstNs[row] = Math.min(this.firstNs[row]!, timeNs);
    this.lastNs[row] = Math.max(this.lastNs[row]!, timeNs);
  }

  #insert(tid: number, core: number, timeNs: number): number {
    if (this.#index.size === this.#index.capacity) this.#compact();
    const row = this.#index.findOrAdd();
    this.samples[row] = this.alternations[row] = this.sharedStores[row] = 0;
    this.firstNs[row] = this.lastNs[row] = timeNs;
    this.#lastTid[row] = tid;
    this.#lastCore[row] = core;
    return row;
  }

  #compact(): void {
    const rows = this.rows;
    for (let row = 0; row < rows; row++) {
      this.#scores[row] = this.samples[row]! + ALTERNATION_SCORE * this.alternations[row]!;
    }
    const least = scoreToKeep(this.#scores, rows, this.#bins);
    this.#index.retain(this.#scores, least, (from, to) => {
      this.samples[to] = this.samples[from]!;
      this.alternations[to] = this.alternations[from]!;
      this.sharedStores[to] = this.sharedStores[from]!;
      this.firstNs[to] = this.firstNs[from]!;
      this.lastNs[to] = this.lastNs[from]!;
      this.#lastTid[to] = this.#lastTid[from]!;
      this.#lastCore[to] = this.#lastCore[from]!;
    });
    this.evicted += rows - this.rows;
  }
}

/** A core that is not known may be any. */
function isElsewhere(last: number, core: number): boolean {
  return last !== core || core === NO_CORE;
}
