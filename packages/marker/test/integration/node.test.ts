import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import {
  BroadcastCursor,
  RECORD_WORDS,
  RecordKind,
  SpanFlag,
  durationAt,
  kindAt,
  spanFlags,
  spanId,
  spanName,
  spanOrigin,
  spanValue,
  tidAt,
} from '@hftmon/core';
import { KernelEventSource } from '@hftmon/perf-native';
import { afterAll, describe, expect, it } from 'vitest';
import { Marker, initMarkers } from '../../src/index.js';

/** Reads the marks of this very process. */
const source = new KernelEventSource();
source.open(new Set([RecordKind.Span]), {});
source.attach(process.pid);
source.start();
const cursor = new BroadcastCursor(source.ring, { from: 'oldest' });
afterAll(() => source.close());

interface Told {
  readonly name: string | undefined;
  readonly id: number;
  readonly value: number;
  readonly flags: number;
  readonly tid: number;
  readonly durationNs: number;
}

function told(): Told[] {
  // The first marker made the memory, just now.
  source.reap();
  source.flush();
  const spans: Told[] = [];
  while (cursor.poll() > 0) {
    const { u32, f64, count } = cursor.batch;
    for (let base = 0; base < count * RECORD_WORDS; base += RECORD_WORDS) {
      if (kindAt(u32, base) !== RecordKind.Span) continue;
      spans.push({
        name: source.spanOrigins?.nameOf(spanOrigin(u32, base), spanName(u32, base)),
        id: spanId(u32, base),
        value: spanValue(u32, base),
        flags: spanFlags(u32, base),
        tid: tidAt(u32, base),
        durationNs: durationAt(f64, base),
      });
    }
  }
  return spans;
}

describe('Marker', () => {
  it('marks spans and instants', async () => {
    const order = new Marker('order');
    await expect.poll(() => (source.reap(), source.spanOrigins!.list().length)).toBe(1);
    for (let i = 1; i <= 101; i++) {
      order.begin(i);
      order.instant(i, i / 2);
      order.end(i, -i);
    }
    order.begin(2 ** 53);
    order.end();
    const spans = told();
    expect(spans).toHaveLength(203);
    expect(spans[0]).toMatchObject({ name: 'order', id: 1, value: 0.5, flags: SpanFlag.Instant });
    expect(spans[1]).toMatchObject({ name: 'order', id: 1, value: -1, flags: 0, tid: process.pid });
    expect(spans[202]).toMatchObject({ id: 2 ** 53 });
    expect(source.spanOrigins!.list()[0]!.counts).toMatchObject({ lost: 0, open: 0, garbage: 0 });
  });

  it('measures functions, also those that throw', () => {
    const risk = new Marker('risk check');
    const before = process.hrtime.bigint();
    expect(risk.measure(() => 7, 3)).toBe(7);
    expect(() =>
      risk.measure(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    const ns = Number(process.hrtime.bigint() - before);
    const spans = told();
    expect(spans.map(({ name, id }) => [name, id])).toEqual([
      ['risk check', 3],
      ['risk check', 0],
    ]);
    expect(spans[0]!.durationNs + spans[1]!.durationNs).toBeLessThanOrEqual(ns);
  });

  it('marks in workers, each with its own ring', async (context) => {
    // Workers run plain JavaScript: they take the built package.
    const built = new URL('../../dist/index.js', import.meta.url);
    context.skip(!existsSync(built), 'the package is not built');
    const script = `import('${built.href}').then(({ Marker }) => {
      const marker = new Marker('in a worker');
      for (let i = 1; i <= 13; i++) { marker.begin(i); marker.end(i); }
    });`;
    const worker = new Worker(script, { eval: true, execArgv: [] });
    await new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', resolve);
    });
    const spans = told();
    expect(spans).toHaveLength(13);
    expect(spans.every(({ tid, name }) => tid !== process.pid && name === 'in a worker')).toBe(
      true,
    );
  });

  it('allocates nothing for a mark', () => {
    const marker = new Marker('often');
    for (let i = 0; i < 20_000; i++) marker.measure(() => undefined, i);
    let least = Infinity;
    for (let run = 0; run < 8; run++) {
      const before = process.memoryUsage().heapUsed;
      for (let i = 0; i < 100_000; i++) {
        marker.begin(i);
        marker.end(i, 1);
      }
      const bytes = process.memoryUsage().heapUsed - before;
      if (bytes >= 0) least = Math.min(least, bytes / 200_000);
    }
    expect(least).toBeLessThan(1);
  });

  it('refuses sizes after the memory was made', () => {
    expect(() => initMarkers({ marks: 128 })).toThrow(
      expect.objectContaining({ code: 'HFTMON_E_MARKER_INIT' }),
    );
    expect(() => initMarkers()).not.toThrow();
  });
});
