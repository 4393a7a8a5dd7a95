import { IntervalLog } from './interval-log.js';

/** Records kept per CPU: who ran there, and what interrupted it, while a target was waiting. */
const FEWEST_RECORDS = 64;
const MOST_RECORDS = 4096;
/** Waits up to that long are taken apart in full, if their records are not too many, ns. */
const KEEP_NS = 2e9;
/** Bound for CPU numbers out of a broken record. */
const MOST_CPUS = 1024;

/** The latest records of each CPU, for taking apart the waits that happened there. */
export class CpuLogs {
  readonly #logs: (IntervalLog | undefined)[] = [];

  /** Hot path: allocates at the first record of a CPU, and when its log grows. */
  append(u32: Uint32Array, base: number, cpu: number, span: Float64Array): void {
    if (cpu >= MOST_CPUS) return;
    let log = this.#logs[cpu];
    if (log === undefined) log = this.#create(cpu);
    log.append(u32, base, span, 0);
  }

  of(cpu: number): IntervalLog | undefined {
    return this.#logs[cpu];
  }

  clear(): void {
    this.#logs.length = 0;
  }

  #create(cpu: number): IntervalLog {
    // Filled up to that CPU, so that the array has no holes.
    while (this.#logs.length <= cpu) this.#logs.push(undefined);
    return (this.#logs[cpu] = new IntervalLog(FEWEST_RECORDS, MOST_RECORDS, KEEP_NS));
  }
}
