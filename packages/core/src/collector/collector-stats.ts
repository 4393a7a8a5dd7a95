/** `closed` after a normal end; `quarantined` after it threw where it may not; else its fate. */
export type CollectorState = 'idle' | 'unsupported' | 'failed' | 'open' | 'quarantined' | 'closed';

/** What the host measured of one collector; itself published as metrics. */
export interface CollectorStats {
  readonly name: string;
  readonly state: CollectorState;
  /** Batches given to `onRecords`. */
  readonly batches: number;
  /** Records in these batches. */
  readonly records: number;
  /**
   * Time in `onRecords` and `sample`, ns. Every `sample` is timed; of the batches the first of
   * each delivery and then every 16th, scaled to all records, because reading the clock allocates.
   */
  readonly busyNs: number;
  /** Records in the batches that were timed. */
  readonly timedRecords: number;
  /** Longest single timed call, ns. */
  readonly longestNs: number;
  /** Time `open` took, ns. */
  readonly openNs: number;
  /** Calls of `sample`. */
  readonly samples: number;
  /** Samples that said they lost data. */
  readonly lostSamples: number;
  /** Samples that said they were scaled (multiplexed counters). */
  readonly scaledSamples: number;
  /** Records that the stream lost while the collector was open, so that it never saw them. */
  readonly lostRecords: number;
  /** Times that it threw. */
  readonly errors: number;
}
