import {
  HOST_API_VERSION,
  RECORD_WORDS,
  type Collector,
  type CollectorContext,
  type CollectorMeta,
  type RecordBatch,
  type Support,
  type Target,
} from '../../src/index.js';
import { verifyRecord } from './sequence.js';

export function metaOf(name: string, changes: Partial<CollectorMeta> = {}): CollectorMeta {
  return {
    name,
    version: '1.0.0',
    apiVersion: HOST_API_VERSION,
    summary: 'counts',
    kinds: [1],
    metrics: [{ name: 'switches_count', unit: 'count', type: 'counter', help: 'Switches seen' }],
    needs: [{ type: 'capability', name: 'CAP_BPF' }],
    ...changes,
  };
}

/** A collector that notes every call, and throws where it is told to. */
export class FakeCollector implements Collector {
  readonly meta: CollectorMeta;
  readonly log: string[];
  readonly records: number[] = [];
  context: CollectorContext | undefined;
  config: unknown;
  support: Support = { ok: true, tier: 'kernel', source: 'fake' };
  /** Names of the methods that throw. */
  readonly throwing = new Set<string>();
  onBatch: (batch: RecordBatch) => void = () => undefined;

  /** @param log - shared by collectors whose order matters */
  constructor(name: string, meta: Partial<CollectorMeta> = {}, log: string[] = []) {
    this.meta = metaOf(name, meta);
    this.log = log;
  }

  probe(): Support {
    this.#note('probe');
    return this.support;
  }

  open(context: CollectorContext, config: unknown): void {
    this.context = context;
    this.config = config;
    context.onUndo(() => this.log.push(`${this.meta.name} undo 1`));
    context.onUndo(() => this.log.push(`${this.meta.name} undo 2`));
    this.#note('open');
  }

  attach(target: Target): void {
    this.#note(`attach ${target.pid}`, 'attach');
  }

  leave(target: Target): void {
    this.#note(`leave ${target.pid}`, 'leave');
  }

  detach(target: Target): void {
    this.#note(`detach ${target.pid}`, 'detach');
  }

  onRecords(batch: RecordBatch): void {
    if (this.throwing.has('onRecords')) throw new Error('onRecords broke');
    for (let i = 0; i < batch.count; i++) {
      this.records.push(verifyRecord(batch.u32, batch.f64, i * RECORD_WORDS));
    }
    this.onBatch(batch);
  }

  snapshot(query: unknown): unknown {
    return { query, records: this.records.length };
  }

  close(): void {
    this.#note('close');
  }

  #note(entry: string, method = entry): void {
    this.log.push(`${this.meta.name} ${entry}`);
    if (this.throwing.has(method)) throw new Error(`${method} broke`);
  }
}
