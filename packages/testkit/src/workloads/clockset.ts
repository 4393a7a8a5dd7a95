import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface ClocksetOptions extends CommonOptions {
  /** Sleeps of 2 ms before the one in which the clock is set. Default 23. */
  readonly count?: number;
  /** How long that one lasts until then. Default 200. */
  readonly asleepMs?: number;
  /** CPU of the thread that sleeps. Default: not pinned. */
  readonly cpu?: number;
}

export interface ClocksetReport extends CommonReport {
  /** The thread that sleeps. */
  readonly tid: number;
  readonly count: number;
  /** When the clock was set. */
  readonly setNs: number;
  /** The sleep that ended then. */
  readonly slept: Interval;
}

/**
 * Sleeps by CLOCK_TAI, which is set forward past the end of the last sleep and put back at once. Needs
 * CAP_SYS_TIME.
 */
export function spawnClockset(options: ClocksetOptions = {}): Promise<Workload<ClocksetReport>> {
  return Workload.spawn('clockset', options);
}
