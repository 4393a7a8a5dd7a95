import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface ReclaimOptions extends CommonOptions {
  /** CPU of the thread. Default: not pinned. */
  readonly cpu?: number;
  /** Size of the file. Default 48. */
  readonly megabytes?: number;
  /** What the cgroup may have in memory. Default 16. */
  readonly limitMegabytes?: number;
  /** Where the file is made, without a name. Default: the current directory. */
  readonly directory?: string;
}

export interface ReclaimReport extends CommonReport {
  readonly tid: number;
  readonly cgroup: string;
  readonly pagesRead: number;
  /** Pages that the cgroup may have: the rest had to be freed on the way. */
  readonly pagesAllowed: number;
  readonly reads: readonly Interval[];
}

/** A thread that has to free pages of its cgroup. The group is gone when the workload is. */
export function spawnReclaim(options: ReclaimOptions = {}): Promise<Workload<ReclaimReport>> {
  return Workload.spawn('reclaim', options);
}
