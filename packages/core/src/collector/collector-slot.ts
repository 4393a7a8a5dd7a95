import type { MonitorError } from '../errors/monitor-error.js';
import type { Collector } from './collector.js';
import type { RegisteredCollector } from './collector-registry.js';
import type { CollectorState, CollectorStats } from './collector-stats.js';

/** Index of a counter in {@link CollectorSlot.counters}. */
export const Counter = {
  Batches: 0,
  Records: 1,
  BusyNs: 2,
  LongestNs: 3,
  OpenNs: 4,
  Samples: 5,
  LostSamples: 6,
  ScaledSamples: 7,
  LostRecords: 8,
  Errors: 9,
} as const;

/** The host's side of one collector. */
export class CollectorSlot {
  readonly name: string;
  readonly collector: Collector;
  readonly config: Readonly<unknown>;
  state: CollectorState = 'idle';
  /** Why it is `failed` or `quarantined`. */
  error: MonitorError | undefined;
  /** Undo steps of its open, run in reverse. */
  readonly undo: (() => void)[] = [];
  /** Doubles in an array: counting them never allocates. */
  readonly counters = new Float64Array(10);

  constructor({ collector, config }: RegisteredCollector) {
    this.name = collector.meta.name;
    this.collector = collector;
    this.config = config;
  }

  /** Adds a measured call. */
  spent(ns: number): void {
    const counters = this.counters;
    counters[Counter.BusyNs]! += ns;
    if (ns > counters[Counter.LongestNs]!) counters[Counter.LongestNs] = ns;
  }

  stats(): CollectorStats {
    const [
      batches = 0,
      records = 0,
      busyNs = 0,
      longestNs = 0,
      openNs = 0,
      samples = 0,
      lostSamples = 0,
      scaledSamples = 0,
      lostRecords = 0,
      errors = 0,
    ] = this.counters;
    return {
      name: this.name,
      state: this.state,
      batches,
      records,
      busyNs,
      longestNs,
      openNs,
      samples,
      lostSamples,
      scaledSamples,
      lostRecords,
      errors,
    };
  }
}
