import type { ThreadUsage } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface PingpongOptions extends CommonOptions {
  /** Turns handed over. Default 100003. */
  readonly hops?: number;
  /** CPU to work on. Default: the first allowed. */
  readonly cpu?: number;
  /** Default `futex`. */
  readonly via?: 'futex' | 'pipe';
}

export interface PingpongReport extends CommonReport {
  readonly via: 'futex' | 'pipe';
  readonly cpu: number;
  readonly hops: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly nsPerHop: number;
  /**
   * Quiet-to-quiet books grow by this plus one voluntary switch, the last wait, and plus the
   * preemptions outside of the game, on the way from and to sleep.
   */
  readonly threads: readonly ThreadUsage[];
}

/** Two threads on one CPU that do nothing but switch to each other. */
export function spawnPingpong(options: PingpongOptions = {}): Promise<Workload<PingpongReport>> {
  return Workload.spawn('pingpong', options);
}
