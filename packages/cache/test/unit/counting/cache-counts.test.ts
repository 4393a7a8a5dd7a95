import { describe, expect, it } from 'vitest';
import type { Support } from '@hftmon/core';
import { CounterStatus, planCounters, type PmuMetric } from '@hftmon/perf-native';
import { cacheCounts, type Answerer } from '../../../src/counting/cache-counts.js';
import { DEFAULT_METRICS } from '../../../src/counting/cache-field.js';
import { Columns } from '../../../src/counting/columns.js';
import { CountHistory } from '../../../src/counting/count-history.js';
import { fieldFormulas } from '../../../src/counting/field-formula.js';
import type { RuntimeState } from '../../../src/counting/runtime-support.js';
import { sampleOf, softwarePmu } from '../../support/counting.js';

const FINE: RuntimeState = { counted: 1, uncounted: [], unscheduled: 0 };

/** Thread 7 of process 1 on a CPU that counts these, in this order. */
function answerer(...metrics: PmuMetric[]): Answerer {
  const configs = Object.fromEntries(metrics.map((metric, config) => [metric, config]));
  const plan = planCounters(softwarePmu(configs), [...metrics, ...DEFAULT_METRICS]);
  const columns = new Columns(plan);
  const history = new CountHistory(columns, 64, 4);
  history.begin(7, 1);
  history.add(sampleOf(7, 0, [], { status: CounterStatus.Begin }));
  return { columns, history, formulas: fieldFormulas(plan.metrics, columns) };
}

describe('cacheCounts', () => {
  it('gives counts and rates, and names the source', () => {
    const cache = answerer('l1d_hits', 'l1d_misses');
    cache.history.add(sampleOf(7, 10, [90, 10]));
    const counts = cacheCounts(cache, {}, FINE);
    expect(counts).toMatchObject({ l1Hits: 90, l1Misses: 10, l1HitRate: 0.9, samples: 1 });
    expect(counts.sources.l1Hits).toEqual({ ok: true, tier: 'hardware', source: 'software:0' });
  });

  it('leaves out what is not counted, with the reason', () => {
    const cache = answerer('l1d_misses');
    cache.history.add(sampleOf(7, 10, [10]));
    const counts = cacheCounts(cache, {}, FINE);
    expect(counts.l1Misses).toBe(10);
    for (const field of ['l1Hits', 'l2Misses', 'l1HitRate', 'l2HitRate', 'percentiles'] as const) {
      expect(field in counts).toBe(false);
    }
    expect(counts.sources.l2Misses).toMatchObject({ ok: false, reason: expect.any(String) });
  });

  it('gives a rate of 0 where there were no accesses', () => {
    const cache = answerer('l1d_hits', 'l1d_misses');
    expect(cacheCounts(cache, {}, FINE)).toMatchObject({ l1Hits: 0, l1Misses: 0, l1HitRate: 0 });
    expect('sampleIntervalUs' in cacheCounts(cache, {}, FINE)).toBe(false);
  });

  it('gets hits from accesses and misses where the CPU counts those', () => {
    const cache = answerer('l1d_accesses', 'l1d_misses');
    cache.history.add(sampleOf(7, 10, [100, 25]));
    const counts = cacheCounts(cache, {}, FINE);
    expect(counts).toMatchObject({ l1Hits: 75, l1Misses: 25, l1HitRate: 0.75 });
    expect(counts.sources.l1Hits).toMatchObject({
      source: 'software:0 − software:1',
      degraded: expect.stringContaining('difference'),
    });
  });

  it('adds the page walks of loads and stores, and says when there are loads alone', () => {
    const both = answerer('dtlb_load_walks', 'dtlb_store_walks');
    both.history.add(sampleOf(7, 10, [3, 4]));
    expect(cacheCounts(both, {}, FINE).tlbMisses).toBe(7);
    const loads = answerer('dtlb_load_walks');
    loads.history.add(sampleOf(7, 10, [3]));
    const counts = cacheCounts(loads, {}, FINE);
    expect(counts.tlbMisses).toBe(3);
    expect(counts.sources.tlbMisses).toMatchObject({ degraded: expect.stringContaining('loads') });
  });

  describe('percentiles', () => {
    const cache = answerer('l1d_hits', 'l1d_misses');
    let hits = 0;
    let misses = 0;
    // Hit rates of 0.01 to 1 in steps of 0.01, one per sample.
    for (let i = 1; i <= 50; i++) {
      hits += 2 * i;
      misses += 100 - 2 * i;
      cache.history.add(sampleOf(7, 10 * i, [hits, misses]));
    }

    it('are of the hit rate of the samples', () => {
      const { percentiles } = cacheCounts(cache, { percentiles: [50, 99] }, FINE);
      expect(percentiles).toEqual([
        { percent: 50, value: 0.5 },
        { percent: 99, value: 1 },
      ]);
    });

    it('are 50, 95, 99 and 99.9 by default, and none when none is wanted', () => {
      const percents = cacheCounts(cache, {}, FINE).percentiles!.map(({ percent }) => percent);
      expect(percents).toEqual([50, 95, 99, 99.9]);
      expect(cacheCounts(cache, { percentiles: [] }, FINE).percentiles).toBeUndefined();
    });

    it('take the samples of the window', () => {
      const counts = cacheCounts(cache, { timeWindowUs: 20_000, percentiles: [1] }, FINE);
      expect(counts.percentiles).toEqual([{ percent: 1, value: 0.98 }]);
      expect(counts.samples).toBe(2);
      expect(counts.sampleIntervalUs).toBe(10_000);
      expect([counts.fromNs, counts.toNs]).toEqual([480e6, 500e6]);
    });

    it('take at least the newest sample', () => {
      expect(cacheCounts(cache, { timeWindowUs: 1 }, FINE)).toMatchObject({
        samples: 1,
        l1Hits: 100,
        fromNs: 490e6,
      });
    });

    it('must be between 0 and 100', () => {
      expect(() => cacheCounts(cache, { percentiles: [101] }, FINE)).toThrow(
        expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' }),
      );
    });
  });

  it.each([0, -1, NaN])('refuses a window of %f us', (timeWindowUs) => {
    expect(() => cacheCounts(answerer('cycles'), { timeWindowUs }, FINE)).toThrow(
      expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID', option: 'timeWindowUs' }),
    );
  });

  it('says how much of the time was counted, and does not scale', () => {
    const cache = answerer('l1d_misses');
    cache.history.add(sampleOf(7, 10, [10], { enabledNs: 10e6, runningNs: 3.333e6 }));
    const counts = cacheCounts(cache, {}, FINE);
    expect(counts.l1Misses).toBe(10);
    expect(counts.sources.l1Misses).toMatchObject({
      ok: true,
      degraded: 'counted 33.3 % of the running time, not scaled',
    });
    expect(counts.countedRatio).toBe(0.3333);
  });

  it('gives no zero for what was never on the counters', () => {
    const cache = answerer('l1d_misses');
    cache.history.add(sampleOf(7, 10, [0], { enabledNs: 10e6, runningNs: 0 }));
    const counts = cacheCounts(cache, {}, FINE);
    expect('l1Misses' in counts).toBe(false);
    expect(counts.sources.l1Misses).toMatchObject({
      ok: false,
      reason: expect.stringContaining('never on the counters'),
    });
    const unscheduled = { ...FINE, unscheduled: 1 };
    expect('l1Misses' in cacheCounts(answerer('l1d_misses'), {}, unscheduled)).toBe(false);
  });

  it('names the threads that are not counted', () => {
    const refusal = { ok: false, code: 'X', reason: 'no file is left', remedy: 'y' } as const;
    const cache = answerer('l1d_misses');
    const none = { counted: 0, uncounted: [{ threads: 3, refusal }], unscheduled: 0 };
    expect(cacheCounts(cache, {}, none).sources.l1Misses).toEqual(refusal);
    cache.history.add(sampleOf(7, 10, [1]));
    const some = { ...none, counted: 1 };
    expect(cacheCounts(cache, {}, some).sources.l1Misses).toMatchObject({
      ok: true,
      degraded: '3 threads not counted: no file is left',
    });
  });

  describe('on a hybrid CPU', () => {
    /** Both kinds of core count misses, the first alone counts walks. */
    function hybrid(): Answerer {
      const event = (metric: PmuMetric, pmu: string) => {
        return { metric, pmu, event: metric, counts: metric, type: 4, config: 1, config1: 0 };
      };
      const columns = new Columns({
        groups: [
          {
            pmu: 'cpu_core',
            events: [event('l1d_misses', 'cpu_core'), event('dtlb_walks', 'cpu_core')],
          },
          { pmu: 'cpu_atom', events: [event('l1d_misses', 'cpu_atom')] },
        ],
      });
      const support = { ok: true, tier: 'hardware', source: 'both' } as const;
      const supports = new Map<PmuMetric, Support>([
        ['l1d_misses', support],
        ['dtlb_walks', { ...support, degraded: 'not counted on the cores of cpu_atom' }],
      ]);
      const history = new CountHistory(columns, 64, 4);
      history.begin(7, 1);
      return { columns, history, formulas: fieldFormulas(supports, columns) };
    }

    /** Runs 40 ms, so many of them on the first kind of core. */
    function run(cache: Answerer, onFirstMs: number): void {
      const enabledNs = 40e6;
      const runningNs = onFirstMs * 1e6;
      const first = { group: 0, enabledNs, runningNs };
      const second = { group: 1, enabledNs, runningNs: enabledNs - runningNs };
      cache.history.add(sampleOf(7, 40, [onFirstMs, onFirstMs], first));
      cache.history.add(sampleOf(7, 40, [100], second));
    }

    it('adds what both kinds of core counted', () => {
      const cache = hybrid();
      run(cache, 10);
      const counts = cacheCounts(cache, {}, FINE);
      expect(counts.l1Misses).toBe(110);
      expect(counts.countedRatio).toBe(1);
      expect(counts.sources.l1Misses).toEqual({ ok: true, tier: 'hardware', source: 'both' });
    });

    it('says how much of the time one kind of core counted', () => {
      const cache = hybrid();
      run(cache, 10);
      const counts = cacheCounts(cache, {}, FINE);
      expect(counts.tlbMisses).toBe(10);
      expect(counts.sources.tlbMisses).toMatchObject({
        degraded: expect.stringContaining('counted 25 % of the running time'),
      });
    });

    it('gives no zero for cores that do not count it', () => {
      const cache = hybrid();
      run(cache, 0);
      const counts = cacheCounts(cache, {}, FINE);
      expect(counts.l1Misses).toBe(100);
      expect('tlbMisses' in counts).toBe(false);
      expect(counts.sources.tlbMisses).toMatchObject({
        ok: false,
        reason: expect.stringContaining('other kind of core'),
      });
    });
  });
});
