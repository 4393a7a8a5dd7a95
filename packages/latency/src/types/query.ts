import type { CauseClass } from './cause.js';

/** Which spikes to return. Every field narrows the answer. */
export interface LatencyQuery {
  /** Shortest duration, us. A value below the collector's own threshold adds nothing. */
  readonly thresholdUs?: number;
  readonly pid?: number;
  readonly tid?: number;
  /** Spikes that ended in the last so many us. */
  readonly timeWindowUs?: number;
  /** Add the events that each spike is made of, and stacks where they were taken. */
  readonly includeCauseAnalysis?: boolean;
  /** The latest so many. */
  readonly limit?: number;
  /**
   * The so many longest, the longest first. Of each process up to 16 are among them that are older
   * than the `maxSpikes` latest.
   */
  readonly longest?: number;
  /** Classes at least that high in the order of `CAUSE_CLASSES`. */
  readonly minClass?: CauseClass;
}
