import type { RecordBatch } from '../ring/record-batch.js';
import type { RecordWriter } from '../ring/record-writer.js';
import type { CollectorMeta } from './collector-meta.js';
import type { CollectorContext } from './collector-context.js';
import type { MetricSupport, ProbeEnvironment, Support } from './support.js';
import type { Target } from './target.js';

/** What a polled source did when asked for a sample; bits may be combined. */
export const SampleStatus = { Ok: 0, NoData: 1, Lost: 2, Scaled: 4 } as const;
export type SampleStatus = number;

/**
 * A composable source of insight. The host owns order, timing, isolation and undo; a collector
 * only describes itself, opens, consumes records and answers queries.
 *
 * Life cycle: `probe` (any time) → `open` → (`attach` | `leave` | `detach` | `onRecords` | `sample` |
 * `idle` | `snapshot`)* → `close`. `snapshot` stays valid after `close` and answers from what was kept.
 *
 * @typeParam Config - options, frozen by the host before `open`
 * @typeParam Query - argument of `snapshot`
 * @typeParam Snapshot - result of `snapshot`
 */
export interface Collector<Config = unknown, Query = unknown, Snapshot = unknown> {
  /** Name, versions, record kinds, metrics and needs; checked when the collector is registered. */
  readonly meta: CollectorMeta;

  /** Can this host serve the collector, and from which source? No side effects, never throws. */
  probe(env: ProbeEnvironment): Support;

  /**
   * Where metrics come from whose source is not that of the collector as a whole, and which this
   * host cannot give although it can serve the collector. Metrics left out are as `probe` says.
   * No side effects, never throws.
   */
  probeMetrics?(env: ProbeEnvironment): MetricSupport;

  /**
   * Allocates and prepares. What was acquired is handed to `context.onUndo`, so that the host
   * can undo a failed or finished `open` in reverse order.
   * @throws MonitorError with a code; the host then undoes and reports it
   */
  open(context: CollectorContext, config: Readonly<Config>): void;

  /** A target process was added. Its threads are followed by the host's event source. */
  attach?(target: Target): void;

  /**
   * A target process is being removed. What was found of it is to be told now, to those who listen
   * to the collector, and nothing more after this returns. Records of it may still come until
   * `detach`, since a listener may have removed it in the middle of a delivery; that follows unless
   * the session ends first. One that ended by itself has a `detach` alone.
   */
  leave?(target: Target): void;

  /** A target process left or was removed; no record of it comes any more. */
  detach?(target: Target): void;

  /**
   * Consumes a batch of records, all kinds of the session's stream, in order of their ends.
   * Hot path: no allocation, never throws. The batch is reused after the call returns.
   */
  onRecords?(batch: RecordBatch): void;

  /**
   * Polls a source and writes what it found as records. Hot path: no allocation, never throws.
   * @param nowNs - ns since the session epoch
   * @returns bits of {@link SampleStatus}
   */
  sample?(nowNs: number, writer: RecordWriter): SampleStatus;

  /**
   * Nothing has come for about 10 us, with a delivery that never sleeps and has a CPU for itself.
   * For a collector that answers within microseconds: it may keep at hand, in the caches of that
   * CPU, what it will need when something comes. Takes a microsecond or two, allocates next to nothing,
   * never throws.
   */
  idle?(): void;

  /** Builds the answer to a query; with `metrics` the only place that builds objects. */
  snapshot(query: Query): Snapshot;

  /** Values of `meta.metrics` by name since the open; one that could not be had is left out. */
  metrics?(): object;

  /**
   * Where metrics came from in the run, or why they are missing, where that is another answer
   * than that of `probeMetrics`: a counter may be taken, a process may not be readable.
   */
  metricSupport?(): MetricSupport;

  /** Releases what is not covered by `onUndo`. Idempotent. */
  close(): void;
}
