import type { Lookups } from '../lookup/lookups.js';
import type { CpuLogs } from '../observe/cpu-logs.js';
import type { IntervalLog } from '../observe/interval-log.js';
import type { StopSignals } from '../observe/stop-signals.js';

/** What a receipt is written from. */
export interface Scene {
  readonly tid: number;
  readonly pid: number;
  /** The thread's own intervals. */
  readonly log: IntervalLog;
  readonly cpus: CpuLogs;
  readonly signals: StopSignals;
  readonly lookups: Lookups;
  /** Causes that are not observed here. */
  readonly notRuledOut: readonly string[];
  /** Set when records that it needed were overwritten. */
  truncated: boolean;
}
