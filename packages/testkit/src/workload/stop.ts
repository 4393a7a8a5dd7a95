import type { Interval } from './report-parts.js';

/** A stop of another process: asked for at `startNs`, over at `endNs`. */
export interface Stop extends Interval {
  /** The target was seen stopped. */
  readonly stoppedNs: number;
  /** Before it was let go on. */
  readonly continueNs: number;
}
