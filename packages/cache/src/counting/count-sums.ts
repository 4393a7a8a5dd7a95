import type { SampleTable } from './sample-table.js';

/** Sums over samples. Counts are never scaled. */
export class CountSums {
  /** By column. */
  readonly values: Float64Array;
  /** Time that the threads ran, ns, by group: the counters were meant to count. */
  readonly enabledNs: Float64Array;
  /** Of that, time that the group had counters, ns. */
  readonly runningNs: Float64Array;
  /** Samples, begin of the first and end of the last; a typed array keeps them unboxed. */
  readonly #span = Float64Array.of(0, Infinity, 0);

  constructor(groups: number, width: number) {
    this.values = new Float64Array(width);
    this.enabledNs = new Float64Array(groups);
    this.runningNs = new Float64Array(groups);
  }

  get samples(): number {
    return this.#span[0]!;
  }

  /** Begin of the first sample, ns since the epoch; 0 without any. */
  get fromNs(): number {
    return this.samples === 0 ? 0 : this.#span[1]!;
  }

  /** End of the last sample, ns since the epoch; 0 without any. */
  get toNs(): number {
    return this.#span[2]!;
  }

  /** Adds a sample. Hot path: no allocation. */
  add(table: SampleTable, row: number): void {
    const group = table.groups[row]!;
    const first = row * table.width;
    for (let c = 0; c < table.width; c++) this.values[c]! += table.values[first + c]!;
    this.enabledNs[group]! += table.enabledNs[row]!;
    this.runningNs[group]! += table.runningNs[row]!;
    this.#span[0]! += 1;
    if (table.begins[row]! < this.#span[1]!) this.#span[1] = table.begins[row]!;
    if (table.ends[row]! > this.#span[2]!) this.#span[2] = table.ends[row]!;
  }

  /** Adds what another one holds. */
  merge(other: CountSums): void {
    other.values.forEach((value, c) => (this.values[c]! += value));
    other.enabledNs.forEach((ns, group) => (this.enabledNs[group]! += ns));
    other.runningNs.forEach((ns, group) => (this.runningNs[group]! += ns));
    this.#span[0]! += other.samples;
    this.#span[1] = Math.min(this.#span[1]!, other.#span[1]!);
    this.#span[2] = Math.max(this.#span[2]!, other.toNs);
  }
}
