import type { ThresholdOrigin } from '../detect/thresholds.js';

/** The threshold that is in force for a thread. */
export interface ThresholdInForce {
  readonly tid: number;
  /** 0 when the process was gone before it could be asked for. */
  readonly pid: number;
  readonly comm: string;
  /** Shortest sum of stalls that is a spike of it, us. */
  readonly thresholdUs: number;
  /** Set for it by `tid` or `comm`, following its stalls (`adaptive`), or that of all (`default`). */
  readonly origin: ThresholdOrigin;
  /** Stalls that an adaptive threshold is made of, and their 99.9th percentile, us. */
  readonly adaptation?: { readonly stalls: number; readonly p999Us: number };
}
