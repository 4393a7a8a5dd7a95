import { WordKeyIndex } from '../tables/word-key-index.js';

/** Sampled threads in columns by row: samples, and where the stack was. */
export class ThreadTable {
  /** Samples that found no room: threads beyond the capacity. */
  untracked = 0;
  readonly #index: WordKeyIndex;
  readonly #pids: Uint32Array;
  readonly #samples: Uint32Array;
  readonly #stackPointers: Float64Array;

  constructor(capacity: number) {
    this.#index = new WordKeyIndex(1, capacity);
    this.#pids = new Uint32Array(capacity);
    this.#samples = new Uint32Array(capacity);
    this.#stackPointers = new Float64Array(capacity);
  }

  /**
   * Notes a sample of a thread; does not allocate.
   * @param stackPointer - 0 when the sample does not hold it
   */
  add(tid: number, pid: number, stackPointer: number): void {
    this.#index.key[0] = tid;
    const row = this.#index.findOrAdd();
    if (row < 0) {
      this.untracked += 1;
      return;
    }
    // The kernel has given the number to a thread of another process.
    if (this.#pids[row] !== pid) this.#samples[row] = 0;
    this.#pids[row] = pid;
    this.#samples[row]! += 1;
    if (stackPointer > 0) this.#stackPointers[row] = stackPointer;
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
      if (this.#pids[row] !== pid || stackPointer === 0) continue;
      found.push({ tid: this.#index.word(row, 0), stackPointer });
    }
    return found;
  }

  clear(): void {
    this.#index.clear();
    this.#pids.fill(0);
    this.#samples.fill(0);
    this.#stackPointers.fill(0);
  }

  #find(tid: number, pid: number): number {
    this.#index.key[0] = tid;
    const row = this.#index.find();
    return row >= 0 && this.#pids[row] === pid ? row : -1;
  }
}
