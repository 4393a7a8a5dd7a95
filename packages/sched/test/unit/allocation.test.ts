import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle.js';

/** Priorities of the thread that waits for one of 120. */
const EQUAL = 120;
const STRONGER = 49;

interface Measured {
  readonly rounds: number;
  readonly records: number;
  /** Best of three; `null` when there was a collection in each. */
  readonly bytesPerRecord: number | null;
  readonly inversions: number;
}

/** Feeds millions of records in a child with a tiny young generation, and reports its garbage. */
function measure(module: URL, waiterPriority: number, extra = ''): Measured {
  const script = `
    import v8 from 'node:v8';
    import { PerformanceObserver } from 'node:perf_hooks';
    const { intakeLoop } = await import('${module}');
    const loop = intakeLoop(${waiterPriority});
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
    console.log(JSON.stringify({ rounds: 4 * rounds, records, bytesPerRecord, inversions: loop.inversions() }));`;
  const args = ['--max-semi-space-size=1', '--input-type=module', '-e', script];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Measured;
}

describe('allocation over half a million records', () => {
  it('is nothing, also where threads wait for locks', async () => {
    const { inversions, bytesPerRecord } = measure(await bundle('intake-loop'), EQUAL);
    expect(inversions).toBe(0);
    expect(bytesPerRecord).toBeLessThan(0.05);
  });

  it('is measured on records that can be inversions', async () => {
    const { rounds, inversions } = measure(await bundle('intake-loop'), STRONGER);
    expect(inversions).toBe(rounds);
  });

  it('would show: a few objects per thousand records are seen', async () => {
    const module = await bundle('intake-loop');
    const { bytesPerRecord } = measure(
      module,
      EQUAL,
      'globalThis.kept = new Array(2000).fill({});',
    );
    expect(bytesPerRecord === null || bytesPerRecord > 0.05).toBe(true);
  });
});
