import {
  CollectorRegistry,
  RECORD_WORDS,
  Session,
  durationAt,
  kindAt,
  tidAt,
  type Collector,
  type EventSourceOptions,
  type KindCounts,
  type RecordBatch,
  type RecordKind,
} from '@hftmon/core';
import { KernelEventSource } from '@hftmon/perf-native';
import { createContextSwitchCollector } from '../../src/index.js';

/** Counts and adds up the records of a kind that are delivered, by tid. */
class RecordCounter implements Collector {
  readonly counts = new Map<number, number>();
  readonly sumsNs = new Map<number, number>();
  readonly meta;
  readonly #kind: RecordKind;

  constructor(kind: RecordKind) {
    this.#kind = kind;
    const { meta } = createContextSwitchCollector();
    this.meta = { ...meta, name: 'counter', kinds: [kind], metrics: [], needs: [] };
  }

  probe() {
    return { ok: true, tier: 'kernel', source: 'test' } as const;
  }

  open(): void {}

  onRecords({ u32, f64, count }: RecordBatch): void {
    for (let i = 0; i < count; i++) {
      const base = i * RECORD_WORDS;
      if (kindAt(u32, base) !== this.#kind) continue;
      const tid = tidAt(u32, base);
      this.counts.set(tid, (this.counts.get(tid) ?? 0) + 1);
      this.sumsNs.set(tid, (this.sumsNs.get(tid) ?? 0) + durationAt(f64, base));
    }
  }

  snapshot(): number {
    return this.counts.size;
  }

  close(): void {}
}

/** A running session with the collector over the kernel of this host. */
export class Monitor implements Disposable {
  readonly collector = createContextSwitchCollector();
  readonly source = new KernelEventSource();
  readonly session: Session;
  readonly #counter: RecordCounter;

  constructor(pids: readonly number[], kind: RecordKind, sourceOptions: EventSourceOptions = {}) {
    this.#counter = new RecordCounter(kind);
    const registry = new CollectorRegistry().register(this.collector).register(this.#counter);
    this.session = new Session({ source: this.source, registry, sourceOptions });
    for (const pid of pids) this.session.attach(pid);
    this.session.on('error', ({ error }) => {
      throw error;
    });
    this.session.start();
  }

  /** Records of the kind that were delivered, by tid. */
  get delivered(): ReadonlyMap<number, number> {
    return this.#counter.counts;
  }

  /** Their durations together, ns, by tid. */
  get deliveredNs(): ReadonlyMap<number, number> {
    return this.#counter.sumsNs;
  }

  /** Fate of the events of a kind. */
  fate(kind: RecordKind): KindCounts {
    const none = { seen: 0, emitted: 0, filtered: 0, dropped: 0 };
    return this.session.losses().byKind.get(kind) ?? none;
  }

  [Symbol.dispose](): void {
    this.session.close();
  }
}
