import type { Stop } from '../workload/stop.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface PtracerOptions extends CommonOptions {
  /** Thread to stop. */
  readonly tid: number;
  /** Stops. Default 5. */
  readonly count?: number;
  /** Length of each, ms. Default 5. */
  readonly stopMs?: number;
  /** Before each, ms. Default 20. */
  readonly gapMs?: number;
  /** CPU of the workload, not of its victim. Default: not pinned. */
  readonly cpu?: number;
}

export interface PtracerReport extends CommonReport {
  /** The workload's own thread. */
  readonly tid: number;
  readonly targetTid: number;
  readonly stops: readonly Stop[];
}

/** Stops a thread by ptrace, without a signal. */
export function spawnPtracer(options: PtracerOptions): Promise<Workload<PtracerReport>> {
  return Workload.spawn('ptracer', options);
}
