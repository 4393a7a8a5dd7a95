/**
 * Spikes and slow spans that were told turned out to be incomplete: it was noticed afterwards that
 * records of their time had been lost. Their durations stand; parts of their receipts may be missing, or
 * `unexplained`.
 */
export interface SpikeCorrection {
  /** Wall-clock time from which on records were lost, as far as is known. */
  readonly timestamp: Date;
  /** The same, ns since the session epoch. */
  readonly timestampNs: number;
  /** Until that much later. */
  readonly durationNs: number;
  /**
   * Ids of the spikes, among the `maxSpikes` latest and the longest before them, that were told
   * without `incomplete` and not superseded. Queries have it from now on.
   */
  readonly incomplete: readonly number[];
  /**
   * Spans over their budgets that were told without `incomplete`, of the 1024 latest. Queries have
   * it from now on, and no work of their own is claimed there.
   */
  readonly spans: readonly SpanRef[];
}

/** Tells a span from every other. */
export interface SpanRef {
  readonly name: string;
  readonly tid: number;
  /** Its start, ns since the session epoch. */
  readonly timestampNs: number;
  readonly durationNs: number;
}

/** Hears of spikes and spans that turned out to be incomplete after they were told. */
export type CorrectionListener = (correction: SpikeCorrection) => void;
