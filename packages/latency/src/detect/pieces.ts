/** Intervals a thread's log can hold, and the pieces that their cutting may add. */
const FEWEST = 256;

/** A list of intervals in typed arrays, reused: it grows when it must and never shrinks. */
export class Pieces {
  start = new Float64Array(FEWEST);
  end = new Float64Array(FEWEST);
  /** First word of the interval's copy in the log. */
  base = new Int32Array(FEWEST);
  /** Sequence number in the log. */
  sequence = new Float64Array(FEWEST);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  /**
   * Makes room for one more and returns its index. The caller writes its fields: a double that is
   * passed to a function is an allocation.
   */
  claim(base: number, sequence: number): number {
    if (this.count === this.start.length) this.#grow();
    const i = this.count++;
    this.base[i] = base;
    this.sequence[i] = sequence;
    return i;
  }

  addFrom(other: Pieces, i: number): void {
    const to = this.claim(other.base[i]!, other.sequence[i]!);
    this.start[to] = other.start[i]!;
    this.end[to] = other.end[i]!;
  }

  /** By start; of those that start together the longest, which is the outermost, first. */
  sort(): void {
    this.#reverse();
    // They come nearly sorted: by their ends, latest first, and few are nested.
    for (let i = 1; i < this.count; i++) {
      let to = i;
      while (to > 0 && this.#isAfter(to - 1, i)) to--;
      if (to !== i) this.#moveDown(i, to);
    }
  }

  #isAfter(i: number, j: number): boolean {
    const { start, end } = this;
    return start[i]! > start[j]! || (start[i] === start[j] && end[i]! < end[j]!);
  }

  /** Is the list in falling order? Then turning it round is most of the sorting. */
  #reverse(): void {
    if (this.count < 2 || this.start[0]! <= this.start[this.count - 1]!) return;
    for (let i = 0, j = this.count - 1; i < j; i++, j--) this.#swap(i, j);
  }

  #swap(i: number, j: number): void {
    swap(this.start, i, j);
    swap(this.end, i, j);
    swap(this.base, i, j);
    swap(this.sequence, i, j);
  }

  #moveDown(from: number, to: number): void {
    moveDown(this.start, from, to);
    moveDown(this.end, from, to);
    moveDown(this.base, from, to);
    moveDown(this.sequence, from, to);
  }

  #grow(): void {
    const entries = this.start.length * 2;
    this.start = grown(this.start, new Float64Array(entries));
    this.end = grown(this.end, new Float64Array(entries));
    this.base = grown(this.base, new Int32Array(entries));
    this.sequence = grown(this.sequence, new Float64Array(entries));
  }
}

function swap(array: Float64Array | Int32Array, i: number, j: number): void {
  const value = array[i]!;
  array[i] = array[j]!;
  array[j] = value;
}

function moveDown(array: Float64Array | Int32Array, from: number, to: number): void {
  const value = array[from]!;
  array.copyWithin(to + 1, to, from);
  array[to] = value;
}

function grown<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
