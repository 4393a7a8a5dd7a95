import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface MmaplockOptions extends CommonOptions {
  /** CPU of the target thread; the other thread takes another one. */
  readonly cpu?: number;
  /** Waits to be had; default 11. It gives up after 20 times as many rounds. */
  readonly count?: number;
  /** Memory whose protection is changed, MiB: how long the lock is held. Default 128. */
  readonly megabytes?: number;
}

export interface MmaplockReport extends CommonReport {
  /** The thread that waits. */
  readonly tid: number;
  readonly holderTid: number;
  /** Calls of mmap beside a call of mprotect, which holds the lock; in the others the target span. */
  readonly rounds: number;
  /** The calls of mmap in which the target slept, by the kernel's count of its switches. */
  readonly waits: readonly Interval[];
}

/** Waits of one thread for the lock of the address space that another one holds. */
export function spawnMmaplock(options: MmaplockOptions = {}): Promise<Workload<MmaplockReport>> {
  return Workload.spawn('mmaplock', options);
}
