import { CounterStatus, type CounterCursor } from '@hftmon/perf-native';
import type { Columns } from './columns.js';
import { CountSums } from './count-sums.js';
import { SampleTable } from './sample-table.js';
import { ThreadSlots } from './thread-slots.js';

/** What is selected of the history. */
export interface CountSelection {
  readonly pid?: number | undefined;
  readonly tid?: number | undefined;
  /** Samples that ended after this, ns since the epoch. */
  readonly afterNs: number;
}

/** A sample as a cursor shows it. */
export type CounterSample = Pick<
  CounterCursor,
  'tid' | 'group' | 'status' | 'timeNs' | 'enabledNs' | 'runningNs' | 'value'
>;

/** Counts of one sample, by column. */
export type CountRow = Float64Array;

/** What the sample before said, per thread and group: time, enabled, running, then the counts. */
const LAST_HEAD = 3;

/**
 * The last so many samples of all threads, as differences from the sample before: how much was
 * counted from when to when. Memory is bounded and allocated at once; the oldest are overwritten,
 * and only their sums per process are kept. Samples of threads that slept since the one before
 * hold nothing and are not kept.
 */
export class CountHistory {
  readonly #columns: Columns;
  readonly #table: SampleTable;
  readonly #slots: ThreadSlots;
  readonly #last: Float64Array;
  readonly #stride: number;
  readonly #totals = new Map<number, CountSums>();
  /** Samples ever kept, and the end of the newest one seen; unboxed. */
  readonly #state = new Float64Array(2);

  /**
   * @param capacity - samples kept
   * @param maxThreads - threads followed at a time
   */
  constructor(columns: Columns, capacity: number, maxThreads: number) {
    const width = columns.metrics.length;
    this.#columns = columns;
    this.#table = new SampleTable(capacity, width);
    this.#slots = new ThreadSlots(maxThreads);
    this.#stride = LAST_HEAD + width;
    this.#last = new Float64Array(maxThreads * columns.ofGroup.length * this.#stride);
  }

  /** A thread of a process is counted from now on. */
  begin(tid: number, pid: number): void {
    if (!this.#totals.has(pid)) this.#totals.set(pid, this.#sums());
    this.#slots.announce(tid, pid);
  }

  /** Forgets a thread, after its last sample; its samples stay. */
  end(tid: number): void {
    this.#slots.release(tid);
  }

  /** End of the newest sample, ns since the epoch. */
  get latestNs(): number {
    return this.#state[1]!;
  }

  /** Adds a sample. Hot path: no allocation. */
  add(sample: CounterSample): void {
    const slot = this.#slots.of(sample.tid);
    if (slot < 0) return;
    const last = (slot * this.#columns.ofGroup.length + sample.group) * this.#stride;
    const timeNs = sample.timeNs;
    if (timeNs > this.#state[1]!) this.#state[1] = timeNs;
    if ((sample.status & CounterStatus.Begin) !== 0) {
      this.#last.fill(0, last, last + this.#stride);
    } else if (sample.enabledNs > this.#last[last + 1]!) {
      this.#keep(sample, slot, last);
    }
    this.#last[last] = timeNs;
  }

  /** Sums since each process was attached, also of samples that are no longer kept. */
  totals(pid?: number): CountSums {
    const sums = this.#sums();
    for (const [of, total] of this.#totals) {
      if (pid === undefined || of === pid) sums.merge(total);
    }
    return sums;
  }

  /** Sums over the samples kept. */
  sum(selection: CountSelection): CountSums {
    const sums = this.#sums();
    this.#each(selection, (row) => sums.add(this.#table, row));
    return sums;
  }

  /** A ratio of each sample kept that has one, ascending. */
  ratios(selection: CountSelection, ratio: (counts: CountRow) => number | undefined): Float64Array {
    const { values, width } = this.#table;
    const ratios: number[] = [];
    this.#each(selection, (row) => {
      const value = ratio(values.subarray(row * width, (row + 1) * width));
      if (value !== undefined) ratios.push(value);
    });
    return Float64Array.from(ratios).sort();
  }

  #keep(sample: CounterSample, slot: number, last: number): void {
    const table = this.#table;
    const row = this.#state[0]! % table.capacity;
    this.#state[0]! += 1;
    const group = sample.group;
    const pid = this.#slots.pids[slot]!;
    table.begins[row] = this.#last[last]!;
    table.ends[row] = sample.timeNs;
    table.enabledNs[row] = sample.enabledNs - this.#last[last + 1]!;
    table.runningNs[row] = sample.runningNs - this.#last[last + 2]!;
    table.tids[row] = sample.tid;
    table.pids[row] = pid;
    table.groups[row] = group;
    this.#last[last + 1] = sample.enabledNs;
    this.#last[last + 2] = sample.runningNs;
    const first = row * table.width;
    const columns = this.#columns.ofGroup[group]!;
    table.values.fill(0, first, first + table.width);
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      const before = last + LAST_HEAD + column;
      const total = sample.value(i);
      table.values[first + column] = total - this.#last[before]!;
      this.#last[before] = total;
    }
    this.#totals.get(pid)!.add(table, row);
  }

  #each({ pid, tid, afterNs }: CountSelection, use: (row: number) => void): void {
    const { ends, tids, pids, capacity } = this.#table;
    const kept = Math.min(this.#state[0]!, capacity);
    for (let row = 0; row < kept; row++) {
      if (ends[row]! <= afterNs) continue;
      if (tid !== undefined && tids[row] !== tid) continue;
      if (pid !== undefined && pids[row] !== pid) continue;
      use(row);
    }
  }

  #sums(): CountSums {
    return new CountSums(this.#columns.ofGroup.length, this.#table.width);
  }
}
