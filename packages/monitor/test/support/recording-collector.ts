import {
  HOST_API_VERSION,
  type Collector,
  type CollectorContext,
  type CollectorMeta,
  type Support,
} from '@hftmon/core';

/** A collector that counts what happens to it. */
export class RecordingCollector implements Collector<unknown, unknown, unknown> {
  readonly meta: CollectorMeta;
  readonly calls: string[] = [];
  readonly queries: unknown[] = [];
  support: Support = { ok: true, tier: 'kernel', source: 'a test' };
  failOpen = false;

  constructor(name: string) {
    this.meta = {
      name,
      version: '1.0.0',
      apiVersion: HOST_API_VERSION,
      summary: 'Counts what happens to it',
      kinds: [1],
      metrics: [{ name: 'calls', unit: 'count', type: 'counter', help: 'Calls so far' }],
      needs: [],
    };
  }

  probe(): Support {
    return this.support;
  }

  open(_context: CollectorContext): void {
    this.calls.push('open');
    if (this.failOpen) throw new Error('no memory');
  }

  attach({ pid }: { readonly pid: number }): void {
    this.calls.push(`attach ${pid}`);
  }

  detach({ pid }: { readonly pid: number }): void {
    this.calls.push(`detach ${pid}`);
  }

  snapshot(query: unknown): unknown {
    this.queries.push(query);
    return [this.meta.name];
  }

  metrics(): Readonly<Record<string, number>> {
    return { calls: this.calls.length };
  }

  close(): void {
    this.calls.push('close');
  }
}
