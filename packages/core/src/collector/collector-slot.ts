import type { MonitorError } from '../errors/monitor-error.js';
import type { Collector } from './collector.js';
import type { RegisteredCollector } from './collector-registry.js';
import type { CollectorState, CollectorStats } from './collector-stats.js';

/** Index of a counter in {@link CollectorSlot.counters}. */
export const Counter = {
  Batches: 0,
  Records: 1,
  TimedNs: 2,
  TimedRecords: 3,
  LongestNs: 4,
  OpenNs: 5,
  Samples: 6,
  SampleNs: 7,
  LostSamples: 8,
  ScaledSamples: 9,
  LostRecords: 10,
  Errors: 11,
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
  readonly counters = new Float64Array(12);

  constructor({ collector, config }: RegisteredCollector) {
    this.name = collector.meta.name;
    this.collector = collector;
    this.config = config;
  }

  /** Adds the time of a measured call to a counter. */
  spent(counter: number, ns: number): void {
    const { counters } = this;
    counters[counter]! += ns;
    if (ns > counters[Counter.LongestNs]!) counters[Counter.LongestNs] = ns;
  }

  stats(): CollectorStats {
    const count = (counter: number): number => this.counters[counter]!;
    const records = count(Counter.Records);
    const timedRecords = count(Counter.TimedRecords);
    const share = timedRecords === 0 ? 0 : records / timedRecords;
    return {
      name: this.name,
      state: this.state,
      batches: count(Counter.Batches),
      records,
      busyNs: count(Counter.TimedNs) * share + count(Counter.SampleNs),
      timedRecords,
      longestNs: count(Counter.LongestNs),
      openNs: count(Counter.OpenNs),
      samples: count(Counter.Samples),
      lostSamples: count(Counter.LostSamples),
      scaledSamples: count(Counter.ScaledSamples),
      lostRecords: count(Counter.LostRecords),
      errors: count(Counter.Errors),
    };
  }
}
