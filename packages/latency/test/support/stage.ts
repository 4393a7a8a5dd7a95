import { RECORD_WORDS, RecordKind, createBatch, type RecordBatch } from '@hftmon/core';
import {
  FakeClock,
  FakeEventSource,
  FakeRoots,
  HostedCollector,
  taskRecord,
  writeFakeProcess,
  writeFakeRecord,
  type FakeRecord,
} from '@hftmon/testkit';
import {
  createLatencyCollector,
  type LatencyCollector,
  type LatencyOptions,
  type LatencyQuery,
  type LatencySpike,
} from '../../src/index.js';
import { PID, TID } from './records.js';

/** CLOCK_MONOTONIC ns of the session epoch in these tests. */
export const EPOCH_NS = 1_000_000_007n;

/** A collector on a fake host with one process of one thread, and what it has reported. */
export class Stage implements Disposable {
  readonly collector: LatencyCollector;
  readonly host: HostedCollector<object, LatencyQuery, LatencySpike[]>;
  readonly source: FakeEventSource;
  readonly roots = new FakeRoots();
  readonly clock = new FakeClock(EPOCH_NS, 1_700_000_000_000);
  /** In the order in which the listener heard of them. */
  readonly heard: LatencySpike[] = [];
  #sequence = 0;

  constructor(options: LatencyOptions = {}) {
    writeFakeProcess(this.roots, {
      pid: PID,
      comm: 'target',
      threads: [{ tid: PID }, { tid: TID, comm: 'hot' }],
    });
    this.source = new FakeEventSource({ epochMonotonicNs: EPOCH_NS });
    this.collector = createLatencyCollector(options);
    const { procRoot, sysRoot } = this.roots;
    const { source, clock } = this;
    this.host = new HostedCollector(this.collector, { source, clock, procRoot, sysRoot });
    this.host.open({});
    this.collector.attach({ pid: PID, comm: 'target', startTimeTicks: 1, attachedNs: 0 });
    this.collector.onSpike((spike) => this.heard.push(spike));
  }

  /** Introduces a task. */
  task(task: Parameters<typeof taskRecord>[0]): this {
    return this.deliver(taskRecord(task));
  }

  /** Delivers records as one batch. @param skipped - records lost before it */
  deliver(...records: readonly FakeRecord[]): this {
    this.collector.onRecords(this.#batch(records));
    return this;
  }

  /** Records that were lost on their way. */
  lose(records: number): this {
    this.#sequence += records;
    return this;
  }

  /** The spikes, when all is told. */
  spikes(query: LatencyQuery = {}): LatencySpike[] {
    return this.collector.snapshot(query);
  }

  /** The only spike. @throws when there are none, or more */
  spike(): LatencySpike {
    const spikes = this.spikes();
    if (spikes.length !== 1) throw new Error(`${spikes.length} spikes instead of one`);
    return spikes[0]!;
  }

  [Symbol.dispose](): void {
    this.host.close();
    this.roots[Symbol.dispose]();
  }

  #batch(records: readonly FakeRecord[]): RecordBatch {
    const batch = createBatch(Math.max(1, records.length));
    records.forEach((record, i) => {
      writeFakeRecord(batch.u32, batch.f64, i * RECORD_WORDS, record);
      if (record.kind === RecordKind.Task) {
        this.source.tasks.add(batch.u32, batch.f64, i * RECORD_WORDS);
      }
    });
    batch.count = records.length;
    batch.firstSequence = this.#sequence >>> 0;
    this.#sequence += records.length;
    return batch;
  }
}

/** Net ns by cause. */
export function partsOf(spike: LatencySpike): Record<string, number> {
  return Object.fromEntries(spike.receipt.parts.map(({ cause, ns }) => [cause, ns]));
}

/** Evidence of one part. */
export function detailsOf(spike: LatencySpike, cause: string): Record<string, unknown> {
  const part = spike.receipt.parts.find((candidate) => candidate.cause === cause);
  if (part === undefined) throw new Error(`there is no ${cause}`);
  return part.details as unknown as Record<string, unknown>;
}
