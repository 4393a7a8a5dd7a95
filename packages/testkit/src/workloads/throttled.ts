import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface ThrottledOptions extends CommonOptions {
  /** CPU to work on. Default: the first allowed. */
  readonly cpu?: number;
  /** Times that it is throttled, by the kernel's account, after which it ends. Default 7. */
  readonly count?: number;
  /** CPU time per period, us. Default 10000. */
  readonly quotaUs?: number;
  /** Default 50000. */
  readonly periodUs?: number;
}

export interface ThrottledReport extends CommonReport {
  readonly cpu: number;
  readonly tid: number;
  /** Below the root of the hierarchy. */
  readonly cgroup: string;
  readonly quotaUs: number;
  readonly periodUs: number;
  /** How long the group was throttled, by the kernel's account. */
  readonly throttledNs: number;
  readonly startNs: number;
  readonly endNs: number;
  /** What the thread's own clock saw of each time. */
  readonly gaps: readonly Interval[];
}

/** A thread in a cgroup whose quota stops it. The group is gone when the workload is. */
export function spawnThrottled(options: ThrottledOptions = {}): Promise<Workload<ThrottledReport>> {
  return Workload.spawn('throttled', options);
}
