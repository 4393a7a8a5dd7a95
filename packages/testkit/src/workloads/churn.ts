import type { Interval, ThreadUsage, Usage } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface ChurnOptions extends CommonOptions {
  /** Threads at a time, up to 64. Default 4. */
  readonly threads?: number;
  /** How often all of them are replaced. Default 5. */
  readonly generations?: number;
  /** Voluntary switches of each thread before it ends. Default 101. */
  readonly switches?: number;
  /** Length of each wait, us. Default 50. */
  readonly waitUs?: number;
  /** CPU of all those threads. Default: not pinned. */
  readonly cpu?: number;
}

/** A thread that came and went. Its very last switch (TASK_DEAD) is one more voluntary one. */
export interface ThreadLife extends ThreadUsage, Interval {
  readonly generation: number;
}

export interface ChurnReport extends CommonReport {
  readonly threads: number;
  readonly generations: number;
  readonly switches: number;
  /** Of the process with all its ended threads, while it worked; the kernel's own sums. */
  readonly processUsage: Usage;
  readonly lives: readonly ThreadLife[];
}

/** Threads that come and go. */
export function spawnChurn(options: ChurnOptions = {}): Promise<Workload<ChurnReport>> {
  return Workload.spawn('churn', options);
}
