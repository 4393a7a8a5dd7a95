import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle.js';

interface Measured {
  readonly records: number;
  /** Best of three; `null` when there was a collection in each. */
  readonly bytesPerRecord: number | null;
  readonly reported: number;
}

/** Feeds millions of records in a child with a tiny young generation, and reports its garbage. */
function measure(module: URL, extra = ''): Measured {
  const script = `
    import v8 from 'node:v8';
    import { PerformanceObserver } from 'node:perf_hooks';
    const { intakeLoop } = await import('${module}');
    const loop = intakeLoop();
    const rounds = 100_000;
    for (let i = 0; i < 10; i++) { loop.run(rounds / 10); ${extra} }
    let collections = 0;
    const observer = new PerformanceObserver((list) => { collections += list.getEntries().length; });
    observer.observe({ entryTypes: ['gc'] });
    await new Promise((done) => setTimeout(done, 20));
    let bytesPerRecord = Infinity;
    for (let run = 0; run < 3; run++) {
      collections = 0;
      const before = v8.getHeapStatistics().used_heap_size;
      for (let i = 0; i < 100; i++) { loop.run(rounds / 100); ${extra} }
      const bytes = v8.getHeapStatistics().used_heap_size - before;
      await new Promise((done) => setTimeout(done, 20));
      if (collections === 0) bytesPerRecord = Math.min(bytesPerRecord, bytes / rounds / loop.records);
    }
    const records = rounds * loop.records;
    console.log(JSON.stringify({ records, bytesPerRecord, reported: loop.reported() }));`;
  const args = ['--max-semi-space-size=1', '--input-type=module', '-e', script];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Measured;
}

describe('allocation over a million records of every kind', () => {
  it('is nothing where there is no spike', async () => {
    const { records, bytesPerRecord, reported } = measure(await bundle('intake-loop'));
    expect(records).toBeGreaterThan(1e6);
    expect(reported).toBe(0);
    expect(bytesPerRecord).toBeLessThan(0.05);
  });

  it('would show: a few objects per thousand records are seen', async () => {
    const module = await bundle('intake-loop');
    const { bytesPerRecord } = measure(module, 'globalThis.kept = new Array(2000).fill({});');
    expect(bytesPerRecord === null || bytesPerRecord > 0.05).toBe(true);
  });
});
