import type { Stop } from '../workload/stop.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface StopperOptions extends CommonOptions {
  /** Process to stop. */
  readonly pid: number;
  /** Stops. Default 5. */
  readonly count?: number;
  /** Length of each, ms. Default 5. */
  readonly stopMs?: number;
  /** Before each, ms. Default 20. */
  readonly gapMs?: number;
  /** CPU of the workload, not of its victim. Default: not pinned. */
  readonly cpu?: number;
}

export interface StopperReport extends CommonReport {
  /** The workload's own thread. */
  readonly tid: number;
  readonly targetPid: number;
  readonly stops: readonly Stop[];
}

/** Stops a process with SIGSTOP; it is let go on whatever happens to the workload. */
export function spawnStopper(options: StopperOptions): Promise<Workload<StopperReport>> {
  return Workload.spawn('stopper', options);
}
