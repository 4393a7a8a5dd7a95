import type { Interval, Usage } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface LongsyscallOptions extends CommonOptions {
  /** Calls. Default 7. */
  readonly count?: number;
  /** Default `getrandom`. */
  readonly call?: 'getrandom' | 'read' | 'munmap';
  /** Bytes of each, MiB. Default 2. */
  readonly mib?: number;
  /** Busy pause before each, us. Default 1000. */
  readonly gapUs?: number;
  /** CPU of the target thread. Default: not pinned. */
  readonly cpu?: number;
}

export interface LongsyscallReport extends CommonReport {
  readonly tid: number;
  readonly call: 'getrandom' | 'read' | 'munmap';
  /** Number of the system call. */
  readonly syscall: number;
  readonly bytes: number;
  readonly usage: Usage;
  readonly calls: readonly Interval[];
}

/** System calls that stay on the CPU for long. */
export function spawnLongsyscall(
  options: LongsyscallOptions = {},
): Promise<Workload<LongsyscallReport>> {
  return Workload.spawn('longsyscall', options);
}
