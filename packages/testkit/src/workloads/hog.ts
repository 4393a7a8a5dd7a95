import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface HogOptions extends CommonOptions {
  /** Default `other`. Real-time ones need a second CPU, for the watchdog. */
  readonly policy?: 'other' | 'fifo' | 'rr';
  /** Real-time priority, 1 to 98. Default 10. */
  readonly prio?: number;
  /** Nice value for `other`. Default 0. */
  readonly nice?: number;
  /** CPU to work on. Default: the first allowed. */
  readonly cpu?: number;
  /** Length of a burst, us, at most 50000. Default 1000. */
  readonly burstUs?: number;
  /** From start to start, ms, at least twice the burst. Default 20. */
  readonly periodMs?: number;
  /** Bursts. Default 11; 0: as many as there are until `stop()`. */
  readonly count?: number;
}

export interface HogBurst extends Interval {
  /** How much of it the hog really ran, ns. */
  readonly cpuNs: number;
}

export interface HogReport extends CommonReport {
  readonly policy: 'other' | 'fifo' | 'rr';
  readonly priority: number;
  readonly cpu: number;
  readonly tid: number;
  readonly bursts: readonly HogBurst[];
}

/** Competes for a CPU in timed bursts; a real-time one is bounded from another CPU. */
export function spawnHog(options: HogOptions = {}): Promise<Workload<HogReport>> {
  return Workload.spawn('hog', options);
}
