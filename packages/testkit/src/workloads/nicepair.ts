import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface NicepairOptions extends CommonOptions {
  /** Nice value of the first thread. Default 0. */
  readonly nice?: number;
  /** Nice value of the second. Default 5. */
  readonly otherNice?: number;
  /** CPU of both. Default: the first allowed. */
  readonly cpu?: number;
  /** Default 1000. */
  readonly durationMs?: number;
}

/** Start and end are those of its work. */
export interface Competitor extends Interval {
  readonly tid: number;
  readonly nice: number;
  /** What the kernel's clock of the thread says that it got. */
  readonly cpuNs: number;
}

export interface NicepairReport extends CommonReport {
  readonly cpu: number;
  readonly threads: readonly Competitor[];
}

/** Two threads that compete for one CPU with different nice values. */
export function spawnNicepair(options: NicepairOptions = {}): Promise<Workload<NicepairReport>> {
  return Workload.spawn('nicepair', options);
}
