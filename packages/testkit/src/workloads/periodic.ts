import type { Usage } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface PeriodicOptions extends CommonOptions {
  /** Wake-ups. Default 211. */
  readonly count?: number;
  /** Default 2000. */
  readonly periodUs?: number;
  /** Every so-manieth wake-up is asked for late; 0 for none. Default 0. */
  readonly lateEvery?: number;
  /** How much later, us. Default 0. */
  readonly lateUs?: number;
  /** `irregular`: times apart vary from a quarter to more than twice the period. Default `regular`. */
  readonly rhythm?: 'regular' | 'irregular';
  /** Default `other`. */
  readonly policy?: 'other' | 'fifo';
  /** Priority of `fifo`. Default 50. */
  readonly prio?: number;
  /** Default: not pinned. */
  readonly cpu?: number;
}

export interface WakeUp {
  /** When it asked to be woken. */
  readonly deadlineNs: number;
  readonly wokenNs: number;
}

export interface PeriodicReport extends CommonReport {
  readonly tid: number;
  readonly periodNs: number;
  /** Its voluntary switches are fewer than its wake-ups where a deadline passed before the sleep. */
  readonly usage: Usage;
  readonly wakeUps: readonly WakeUp[];
}

/** A thread that wakes up at known times. */
export function spawnPeriodic(options: PeriodicOptions = {}): Promise<Workload<PeriodicReport>> {
  return Workload.spawn('periodic', options);
}
