import type { Interval, Usage } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface SleeperOptions extends CommonOptions {
  /** Sleeps. Default 101. */
  readonly count?: number;
  /** Length of each, us, at least 50. Default 500. */
  readonly sleepUs?: number;
  /**
   * Timers of its own that are due 200 us before each deadline: one interrupt serves them all, and the
   * sleep's own timer after them. Sleeps have to be long enough to arm them. Default 0.
   */
  readonly timers?: number;
  /** CPU of the target thread. Default: not pinned. */
  readonly cpu?: number;
}

export interface Sleep extends Interval {
  /** When it asked to be woken. */
  readonly deadlineNs: number;
}

export interface SleeperReport extends CommonReport {
  readonly tid: number;
  readonly count: number;
  /** Quiet-to-quiet books grow by this plus one voluntary switch, the final wait. */
  readonly usage: Usage;
  readonly sleeps: readonly Sleep[];
}

/** Sleeps an exact number of times. */
export function spawnSleeper(options: SleeperOptions = {}): Promise<Workload<SleeperReport>> {
  return Workload.spawn('sleeper', options);
}
