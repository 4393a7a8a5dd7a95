import { describe, expect, it } from 'vitest';
import { CounterStatus } from '@hftmon/perf-native';
import { Columns } from '../../../src/counting/columns.js';
import { CountHistory } from '../../../src/counting/count-history.js';
import { sampleOf } from '../../support/counting.js';

const event = (metric: 'l1d_hits' | 'l1d_misses') => ({
  metric,
  pmu: 'cpu',
  event: metric,
  counts: metric,
  type: 4,
  config: 1,
  config1: 0,
});
const COLUMNS = new Columns({
  groups: [{ pmu: 'cpu', events: [event('l1d_hits'), event('l1d_misses')] }],
});
const EVERYTHING = { afterNs: -Infinity };

function history(capacity = 16): CountHistory {
  const counts = new CountHistory(COLUMNS, capacity, 4);
  counts.begin(7, 1);
  counts.add(sampleOf(7, 0, [0, 0], { status: CounterStatus.Begin }));
  return counts;
}

describe('CountHistory', () => {
  it('keeps differences, not totals', () => {
    const counts = history();
    counts.add(sampleOf(7, 10, [100, 1]));
    counts.add(sampleOf(7, 20, [300, 4]));
    const last = counts.sum({ afterNs: 10e6 });
    expect([...last.values]).toEqual([200, 3]);
    expect([last.fromNs, last.toNs, last.samples]).toEqual([10e6, 20e6, 1]);
    const all = counts.sum(EVERYTHING);
    expect([...all.values]).toEqual([300, 4]);
    expect([all.fromNs, all.toNs]).toEqual([0, 20e6]);
  });

  it('tells threads and processes apart', () => {
    const counts = history();
    counts.begin(8, 1);
    counts.begin(9, 2);
    for (const tid of [7, 8, 9]) counts.add(sampleOf(tid, 10, [tid, 0]));
    expect([...counts.sum({ ...EVERYTHING, tid: 8 }).values]).toEqual([8, 0]);
    expect([...counts.sum({ ...EVERYTHING, pid: 1 }).values]).toEqual([15, 0]);
    expect([...counts.totals(2).values]).toEqual([9, 0]);
    expect([...counts.totals().values]).toEqual([24, 0]);
    expect([...counts.totals(3).values]).toEqual([0, 0]);
  });

  it('does not let a thread that slept push out what others did', () => {
    const counts = history(2);
    counts.begin(8, 1);
    counts.add(sampleOf(7, 10, [5, 5]));
    for (let ms = 10; ms < 50; ms++) counts.add(sampleOf(8, ms, [0, 0], { enabledNs: 0 }));
    expect([...counts.sum(EVERYTHING).values]).toEqual([5, 5]);
    expect(counts.latestNs).toBe(49e6);
    // When it wakes up its sample begins where the one before ended.
    counts.add(sampleOf(8, 50, [3, 0], { enabledNs: 1e6 }));
    expect(counts.sum({ afterNs: 49e6 }).fromNs).toBe(49e6);
  });

  it('overwrites the oldest samples, and keeps the totals of the process', () => {
    const counts = history(4);
    for (let i = 1; i <= 11; i++) counts.add(sampleOf(7, 10 * i, [i * 10, i]));
    expect([...counts.sum(EVERYTHING).values]).toEqual([40, 4]);
    expect(counts.sum(EVERYTHING).fromNs).toBe(70e6);
    expect([...counts.totals(1).values]).toEqual([110, 11]);
    expect(counts.totals(1).samples).toBe(11);
  });

  it('starts again from zero for a thread with the tid of one that ended', () => {
    const counts = history();
    counts.add(sampleOf(7, 10, [1000, 10]));
    counts.end(7);
    counts.begin(7, 3);
    counts.add(sampleOf(7, 20, [0, 0], { status: CounterStatus.Begin, enabledNs: 0 }));
    counts.add(sampleOf(7, 30, [5, 1], { enabledNs: 1e6 }));
    expect([...counts.totals(1).values]).toEqual([1000, 10]);
    expect([...counts.totals(3).values]).toEqual([5, 1]);
  });

  it('takes no sample of a thread that nobody announced', () => {
    const counts = history();
    counts.add(sampleOf(99, 10, [1, 1]));
    expect(counts.sum(EVERYTHING).samples).toBe(0);
  });

  it('sums the times in which the counters counted', () => {
    const counts = history();
    counts.add(sampleOf(7, 10, [1, 1], { enabledNs: 10e6, runningNs: 5e6 }));
    counts.add(sampleOf(7, 20, [2, 2], { enabledNs: 20e6, runningNs: 6e6 }));
    const sums = counts.sum(EVERYTHING);
    expect([...sums.enabledNs, ...sums.runningNs]).toEqual([20e6, 6e6]);
  });
});
