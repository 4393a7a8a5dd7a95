import type { IntervalLog } from '../observe/interval-log.js';
import type { ObservedCause } from '../types/details.js';

/** Where slices overlap, the higher rank has the time: the inner interval. */
export const Rank = {
  /** The thread's own runtime: what the kernel did meanwhile keeps its time. */
  Pause: 0,
  Syscall: 1,
  Fault: 2,
  /** Memory work within a fault or a system call. */
  MemoryWork: 3,
  /** Spinning for a lock of the kernel. */
  KernelLock: 4,
  /** Asleep, or off the CPU without a record of who ran. */
  OffCpu: 5,
  /** Off the CPU, and who ran meanwhile is on record. */
  Ran: 6,
  /** Off the CPU, which was leaving an idle state. */
  Idle: 7,
  Softirq: 8,
  Interrupt: 9,
  Nmi: 10,
  /** The CPU itself stood still. */
  Steal: 11,
  /** Whatever happened on the CPU meanwhile, the thread could not have run. */
  Throttled: 12,
} as const;

/** No task is known to be behind it. */
export const NOBODY = -1;

/** Why time has no cause. */
export type Unexplained = 'between' | 'idle' | 'runner' | 'unaccounted';

/** A stretch of a spike, what it is blamed on, and the record that says so. */
export interface Slice {
  readonly startNs: number;
  readonly endNs: number;
  readonly rank: number;
  readonly cause: ObservedCause;
  /** Task that had the CPU meanwhile; NOBODY where that is not the question or not known. */
  readonly tid: number;
  /** Where the record is: a copy in a log, valid while the receipt is being written. */
  readonly log: IntervalLog;
  readonly base: number;
  /** The record of the kernel's lock that the thread slept or spun for. */
  readonly lock?: number;
  /** For `unexplained`. */
  readonly why?: Unexplained;
  /** The thread was asleep (in a page fault, in memory work, or in a collection). */
  readonly blocked?: boolean;
  /** What the sweep left to it. */
  netNs: number;
}
