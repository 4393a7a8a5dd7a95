import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface MmaplockOptions extends CommonOptions {
  /** CPU of the target thread; the other thread takes another one. */
  readonly cpu?: number;
  /** Default 11. */
  readonly count?: number;
  /** Memory whose protection is changed, MiB: how long the lock is held. Default 128. */
  readonly megabytes?: number;
}

export interface MmaplockReport extends CommonReport {
  /** The thread that waits. */
  readonly tid: number;
  readonly holderTid: number;
  /** Calls of mmap, each begun 100 us after the call of mprotect beside it. */
  readonly maps: readonly Interval[];
  /** Calls of mprotect, which hold the lock of the address space for most of the time. */
  readonly holds: readonly Interval[];
}

/** Waits of one thread for the lock of the address space that another one holds. */
export function spawnMmaplock(options: MmaplockOptions = {}): Promise<Workload<MmaplockReport>> {
  return Workload.spawn('mmaplock', options);
}
