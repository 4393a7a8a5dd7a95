import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface CompactOptions extends CommonOptions {
  /** CPU of the thread. Default: not pinned. */
  readonly cpu?: number;
  /** Default 3. */
  readonly count?: number;
}

export interface CompactReport extends CommonReport {
  readonly tid: number;
  readonly writes: readonly Interval[];
}

/** A thread that compacts all memory of the host. */
export function spawnCompact(options: CompactOptions = {}): Promise<Workload<CompactReport>> {
  return Workload.spawn('compact', options);
}
