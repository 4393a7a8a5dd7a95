import type { Collector } from '@hftmon/core';
import type { FakeEventSource } from '../fakes/fake-event-source.js';
import type { FakeRecord } from '../fakes/fake-record.js';

/** What the suite has to know of a collector, and what that collector can't do. */
export interface ConformanceOptions<Config, Query, Snapshot> {
  /** A good configuration. A function, because the host freezes it. */
  readonly config: () => Config;
  /** A question that any state must answer. */
  readonly query: Query;
  /** Records that it understands, for what happens after them. */
  readonly records?: readonly FakeRecord[];
  /** Further checks of an answer; throws when it is bad. */
  readonly checkSnapshot?: (snapshot: Snapshot) => void;
  /** Names of the metrics in an answer, to be compared with `meta.metrics`. */
  readonly metricNames?: (snapshot: Snapshot) => Iterable<string>;
  /** Prepares a source, for example with totals. Default: an empty one. */
  readonly source?: () => FakeEventSource;
  /** Most bytes that may stay after 400,000 random records. Default 16 MiB. */
  readonly maxGrowthBytes?: number;
  /** Checks to leave out, by name, each with the reason. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** Makes a fresh collector for each check. */
export type CollectorFactory<Config, Query, Snapshot> = () => Collector<Config, Query, Snapshot>;

/** What every check works on. */
export interface Subject<Config, Query, Snapshot> {
  readonly create: CollectorFactory<Config, Query, Snapshot>;
  readonly options: ConformanceOptions<Config, Query, Snapshot>;
}

/** One check: throws when the collector fails it. */
export interface ConformanceCheck {
  readonly name: string;
  run(): void | Promise<void>;
}

/** The checks of one topic. */
export type CheckGroup = <C, Q, S>(subject: Subject<C, Q, S>) => ConformanceCheck[];
