import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface MigratorOptions extends CommonOptions {
  /** Moves. Default 101. */
  readonly count?: number;
  /** Busy pause before each, us. Default 100. */
  readonly gapUs?: number;
  /** CPU to begin on. Default: the first allowed. */
  readonly cpu?: number;
  /** CPU to move to. Default: another one. */
  readonly otherCpu?: number;
}

export interface Move extends Interval {
  readonly from: number;
  readonly to: number;
}

export interface MigratorReport extends CommonReport {
  readonly tid: number;
  readonly count: number;
  /** Moves that really changed the CPU. */
  readonly migrations: number;
  readonly moves: readonly Move[];
}

/** A thread that moves itself between two CPUs. */
export function spawnMigrator(options: MigratorOptions = {}): Promise<Workload<MigratorReport>> {
  return Workload.spawn('migrator', options);
}
