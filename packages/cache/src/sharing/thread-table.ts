import { compactionBins, scoreToKeep } from '../tables/compaction.js';
import { WordKeyIndex } from '../tables/word-key-index.js';

/** Scores from here up are of threads that live. */
const LIVING = 64;

/**
 * Sampled threads in columns by row: samples, and where the stack was. Bounded: when it is full,
 * threads that have ended are forgotten first, those with the fewest samples before others.
 */
export class ThreadTable {
  readonly #index: WordKeyIndex;
  readonly #pids: Uint32Array;
  readonly #samples: Uint32Array;
  readonly #stackPointers: Float64Array;
  readonly #hasEnded: Uint8Array;
  readonly #scores: Uint32Array;
  readonly #bins = compactionBins();

  constructor(capacity: number) {
    this.#index = new WordKeyIndex(1, capacity);
    this.#pids = new Uint32Array(capacity);
    this.#samples = new Uint32Array(capacity);
    this.#stackPointers = new Float64Array(capacity);
    this.#hasEnded = new Uint8Array(capacity);
    this.#scores = new Uint32Array(capacity);
  }

  /**
   * Notes a sample of a thread; does not allocate.
   * @param stackPointer - 0 when the sample does not hold it
   */
  add(tid: number, pid: number, stackPointer: number): void {
    this.#index.key[0] = tid;
    let row = this.#index.find();
    if (row < 0) row = this.#insert(pid);
    // The kernel has given the number to a thread of another process.
    if (this.#pids[row] !== pid) this.#samples[row] = 0;
    this.#pids[row] = pid;
    this.#samples[row]! += 1;
    this.#hasEnded[row] = 0;
    if (stackPointer > 0) this.#stackPointers[row] = stackPointer;
  }

  /** The thread has ended. What is known of it stays until there is no room. */
  end(tid: number): void {
    this.#index.key[0] = tid;
    const row = this.#index.find();
    if (row >= 0) this.#hasEnded[row] = 1;
  }

  /** Samples of a thread of a process. */
  samples(tid: number, pid: number): number {
    const row = this.#find(tid, pid);
    return row < 0 ? 0 : this.#samples[row]!;
  }

  /** Is it a thread of the process? */
  has(tid: number, pid: number): boolean {
    return this.#find(tid, pid) >= 0;
  }

  /** Threads of a process with their last stack pointers, as far as samples told them. */
  stacks(pid: number): { readonly tid: number; readonly stackPointer: number }[] {
    const found: { tid: number; stackPointer: number }[] = [];
    for (let row = 0; row < this.#index.size; row++) {
      const stackPointer = this.#stackPointers[row]!;
      if (this.#pids[row] !== pid || stackPointer === 0 || this.#hasEnded[row] === 1) continue;
      found.push({ tid: this.#index.word(row, 0), stackPointer });
    }
    return found;
  }

  #find(tid: number, pid: number): number {
    this.#index.key[0] = tid;
    const row = this.#index.find();
    return row >= 0 && this.#pids[row] === pid ? row : -1;
  }

  #insert(pid: number): number {
    if (this.#index.size === this.#index.capacity) this.#compact();
    const row = this.#index.findOrAdd();
    this.#pids[row] = pid;
    this.#samples[row] = this.#stackPointers[row] = 0;
    return row;
  }

  #compact(): void {
    const rows = this.#index.size;
    for (let row = 0; row < rows; row++) {
      const samples = this.#samples[row]!;
      this.#scores[row] =
        this.#hasEnded[row] === 1 ? Math.min(samples, LIVING - 1) : LIVING + samples;
    }
    const least = scoreToKeep(this.#scores, rows, this.#bins);
    this.#index.retain(this.#scores, least, (from, to) => {
      this.#pids[to] = this.#pids[from]!;
      this.#samples[to] = this.#samples[from]!;
      this.#stackPointers[to] = this.#stackPointers[from]!;
      this.#hasEnded[to] = this.#hasEnded[from]!;
    });
  }
}
