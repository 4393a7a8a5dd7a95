import {
  FIRST_PLUGIN_KIND,
  History,
  silentLogger,
  type Collector,
  type CollectorContext,
  type RecordBatch,
} from '@hftmon/core';
import { FakeClock } from './fake-clock.js';
import { FakeEventSource } from './fake-event-source.js';
import { readAll } from './read-all.js';

export interface HostedOptions {
  readonly source?: FakeEventSource;
  readonly clock?: FakeClock;
  /** Default `/proc`. */
  readonly procRoot?: string;
  /** Default `/sys`. */
  readonly sysRoot?: string;
}

/**
 * The smallest host for one collector. Unlike the real one it does not isolate: what the
 * collector throws reaches the test. It does undo: in reverse order, after `close`, and after an
 * `open` that threw.
 */
export class HostedCollector<Config, Query, Snapshot> {
  readonly collector: Collector<Config, Query, Snapshot>;
  readonly source: FakeEventSource;
  readonly clock: FakeClock;
  /** What `open` is given. */
  readonly context: CollectorContext;
  readonly #undo: (() => void)[] = [];

  constructor(collector: Collector<Config, Query, Snapshot>, options: HostedOptions = {}) {
    this.collector = collector;
    this.source = options.source ?? new FakeEventSource();
    this.clock = options.clock ?? new FakeClock(this.source.epochMonotonicNs);
    const kinds = collector.meta.pluginKinds ?? [];
    this.context = {
      clock: this.clock,
      log: silentLogger,
      source: this.source,
      history: new History(this.source.ring),
      writer: this.source.writer,
      procRoot: options.procRoot ?? '/proc',
      sysRoot: options.sysRoot ?? '/sys',
      pluginKind: (name) => {
        if (!kinds.includes(name)) throw new Error(`${name} is not among meta.pluginKinds`);
        return FIRST_PLUGIN_KIND + kinds.indexOf(name);
      },
      onUndo: (step) => void this.#undo.push(step),
    };
  }

  /** Undo steps that wait for the close. */
  get pendingUndo(): number {
    return this.#undo.length;
  }

  /** Opens the collector; when that throws, undoes it and throws the same. */
  open(config: Config, context: CollectorContext = this.context): void {
    try {
      this.collector.open(context, Object.freeze(config) as Readonly<Config>);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Gives the collector everything that the source's ring holds. @returns records delivered */
  deliverAll(): number {
    return readAll(this.source.ring, (batch: RecordBatch) => this.collector.onRecords?.(batch));
  }

  /** Closes the collector and undoes the rest, last step first. */
  close(): void {
    this.collector.close();
    for (const step of this.#undo.splice(0).reverse()) step();
  }
}
