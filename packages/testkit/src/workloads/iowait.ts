import type { Interval, Usage } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface IowaitOptions extends CommonOptions {
  /** Operations. Default 11. */
  readonly count?: number;
  /** Default `fsync`. */
  readonly mode?: 'fsync' | 'direct-read' | 'direct-write';
  /** Where the file is made. Default /var/tmp. */
  readonly dir?: string;
  /** Bytes of each, KiB. Default 64. */
  readonly sizeKb?: number;
  /** Busy pause before each, us. Default 0. */
  readonly gapUs?: number;
  /** CPU of the target thread. Default: not pinned. */
  readonly cpu?: number;
}

export interface IowaitReport extends CommonReport {
  readonly tid: number;
  readonly mode: 'fsync' | 'direct-read' | 'direct-write';
  readonly filesystem: string;
  /** Number of the system call. */
  readonly syscall: number;
  readonly bytes: number;
  readonly usage: Usage;
  readonly operations: readonly Interval[];
}

/** Waits for the disk. */
export function spawnIowait(options: IowaitOptions = {}): Promise<Workload<IowaitReport>> {
  return Workload.spawn('iowait', options);
}
