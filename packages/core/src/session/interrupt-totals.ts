import type {
  DeviceWorkTotals,
  SoftirqDeferral,
  TickTotals,
  TlbSendTotals,
  WorkTotals,
} from './disturbance-totals.js';

/** Exact totals of one interrupt source on one CPU since the session started. */
export interface SourceTotals {
  readonly cpu: number;
  /** Interrupt number, softirq vector or VectorType. */
  readonly number: number;
  /** Runs of the handler that were seen from start to end. */
  readonly count: number;
  /** Net: without what interrupted it. */
  readonly ns: number;
  /** Longest run, gross. */
  readonly maxNs: number;
  /** Those that interrupted a target thread, and their net time. */
  readonly targetCount: number;
  readonly targetNs: number;
}

/** Totals of all sources that fired. */
export interface InterruptTotals {
  readonly hardIrqs: readonly SourceTotals[];
  readonly softirqs: readonly SourceTotals[];
  readonly vectors: readonly SourceTotals[];
  /**
   * Function-call IPIs that flushed the TLB; they are among the vectors as well. Absent where it
   * is not known which function flushes.
   */
  readonly tlbFlushes?: readonly SourceTotals[];
  readonly nmis: readonly SourceTotals[];
  readonly deferrals?: readonly SoftirqDeferral[];
  /** The rest is absent when nobody asked for it, or the kernel lacks the tracepoints. */
  readonly work?: readonly WorkTotals[];
  readonly deviceWork?: readonly DeviceWorkTotals[];
  readonly ticks?: readonly TickTotals[];
  readonly tlbSends?: readonly TlbSendTotals[];
}
