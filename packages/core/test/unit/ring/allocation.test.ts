import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compileSources } from '../../support/compiled.js';

/** Reads millions of records in a child with a tiny young generation, and reports its garbage. */
function measure(body: string): { bytesPerRecord: number | null; records: number } {
  const sources = compileSources();
  const script = `
    import v8 from 'node:v8';
    import { PerformanceObserver } from 'node:perf_hooks';
    const { BroadcastCursor, CollectorHost, LogLinearHistogram } = await import('${sources.url('src/index.js')}');
    const { fullRing } = await import('${sources.url('test/support/fill-ring.js')}');
    const cursor = new BroadcastCursor(fullRing(8192), { from: 'oldest' });
    const histogram = new LogLinearHistogram();
    const collector = { meta: { name: 'count' }, open() {}, close() {}, probe() {}, snapshot() {},
      onRecords(batch) { for (let i = 0; i < batch.count; i++) histogram.record(batch.f64[i * 8 + 1]); } };
    const host = new CollectorHost([{ collector, config: {} }], (name, error) => { throw error; });
    host.open({});
    const { Scheduler } = await import('${sources.url('src/session/scheduler.js')}');
    const scheduler = new Scheduler({ cursor, host, source: {}, onLost() {}, onExit() {},
      onError(error) { throw error; }, clock: { nowNs: () => 0 }, writer: {}, delivery: {} });
    function read(rounds) {
      let records = 0;
      for (let i = 0; i < rounds; i++) {
        cursor.seekOldest();
        ${body}
      }
      return records;
    }
    read(300);
    let collections = 0;
    const observer = new PerformanceObserver((list) => { collections += list.getEntries().length; });
    observer.observe({ entryTypes: ['gc'] });
    await new Promise((done) => setTimeout(done, 20));
    let bytesPerRecord = Infinity;
    let records = 0;
    // The best of three: the compiler's own work falls into the first.
    for (let run = 0; run < 3; run++) {
      collections = 0;
      const before = v8.getHeapStatistics().used_heap_size;
      records = read(1250);
      const bytes = v8.getHeapStatistics().used_heap_size - before;
      await new Promise((done) => setTimeout(done, 20));
      if (collections === 0) bytesPerRecord = Math.min(bytesPerRecord, bytes / records);
    }
    console.log(JSON.stringify({ bytesPerRecord, records }));`;
  const args = ['--max-semi-space-size=1', '--input-type=module', '-e', script];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as never;
}

describe('allocation over 10 M records, without a collection', () => {
  it('is nothing in the cursor loop', () => {
    const { bytesPerRecord, records } = measure(
      'while (cursor.poll() > 0) { records += cursor.batch.count; histogram.record(1); }',
    );
    expect(records).toBe(1250 * 8192);
    expect(bytesPerRecord).toBeLessThan(0.005);
  });

  it('is nothing in the delivery to a collector', () => {
    const { bytesPerRecord, records } = measure('records += scheduler.deliver();');
    expect(records).toBe(1250 * 8192);
    expect(bytesPerRecord).toBeLessThan(0.005);
  });

  it('would show: one object per batch is seen', () => {
    const { bytesPerRecord } = measure(
      `while (cursor.poll() > 0) {
        records += cursor.batch.count;
        globalThis.kept = cursor.batch.u32.subarray(0, 1);
      }`,
    );
    // `null`: there was a collection in every run.
    expect(bytesPerRecord === null || bytesPerRecord > 0.005).toBe(true);
  });
});
