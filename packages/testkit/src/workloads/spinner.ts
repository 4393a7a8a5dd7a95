import type { Interval, Usage } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface SpinnerOptions extends CommonOptions {
  /** CPU to work on. Default: the first allowed. */
  readonly cpu?: number;
  /** Shortest gap between two readings of the clock that is noted, us. Default 20. */
  readonly gapUs?: number;
  /** Gaps kept; more are only counted. Default 65536. */
  readonly maxGaps?: number;
  /** Spins for so long; default: until `stop()`. */
  readonly durationMs?: number;
}

export interface SpinnerReport extends CommonReport {
  readonly cpu: number;
  readonly tid: number;
  readonly thresholdNs: number;
  /** Readings of the clock. */
  readonly iterations: number;
  readonly startNs: number;
  readonly endNs: number;
  /** Gaps seen, also those not kept. */
  readonly gapCount: number;
  /** Last reading before, first reading after. */
  readonly gaps: readonly Interval[];
  readonly usage: Usage;
}

/** Busy-polls the clock and notes every gap: `begin`, `running`, …, `stop`. */
export function spawnSpinner(options: SpinnerOptions = {}): Promise<Workload<SpinnerReport>> {
  return Workload.spawn('spinner', options);
}
