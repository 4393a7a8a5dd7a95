import { describe, expect, it } from 'vitest';
import { StallDistribution } from '../../src/detect/stall-distribution.js';
import { createLatencyCollector, recommendedSourceOptions } from '../../src/index.js';
import { PID, TID, syscall, threadExit, vector } from '../support/records.js';
import { Stage } from '../support/stage.js';

/** The process's first thread, whose name is `target`; `TID` is called `hot`. */
const FIRST = PID;

/** One stall of that length at its own ms. */
function stall(ms: number, us: number, tid = TID) {
  return vector({ from: ms * 1e6, to: ms * 1e6 + us * 1000, tid });
}

describe('a threshold of its own', () => {
  it('holds for the threads of a name, the first that fits', () => {
    using stage = new Stage({
      thresholdUs: 50,
      thresholds: [
        { comm: 'h?t', thresholdUs: 10 },
        { comm: 'h*', thresholdUs: 1000 },
      ],
    });
    stage.deliver(stall(1, 9.999), stall(2, 10), stall(3, 49.999, FIRST), stall(4, 50, FIRST));
    expect(stage.spikes().map(({ tid, timestampNs }) => [tid, timestampNs])).toEqual([
      [TID, 2e6],
      [FIRST, 4e6],
    ]);
  });

  it('holds for a thread by number, before names', () => {
    using stage = new Stage({
      thresholds: [
        { comm: '*', thresholdUs: 10 },
        { tid: TID, thresholdUs: 200 },
      ],
    });
    stage.deliver(stall(1, 199), stall(2, 200), stall(3, 10, FIRST));
    expect(stage.spikes().map(({ timestampNs }) => timestampNs)).toEqual([2e6, 3e6]);
  });

  it('follows a name that changes', () => {
    using stage = new Stage({ thresholds: [{ comm: 'feed', thresholdUs: 10 }] });
    stage.deliver(stall(1, 20));
    stage.task({ tid: TID, pid: PID, comm: 'feed' });
    stage.deliver(stall(2, 20));
    expect(stage.spike().timestampNs).toBe(2e6);
    expect(stage.collector.thresholds()).toMatchObject([
      { tid: TID, pid: PID, comm: 'feed', thresholdUs: 10, origin: 'comm' },
    ]);
  });

  it('is set and taken away while running, and goes with its thread', () => {
    using stage = new Stage();
    stage.collector.setThreshold(TID, 10);
    stage.deliver(stall(1, 20));
    stage.collector.setThreshold(TID, undefined);
    stage.deliver(stall(2, 20));
    stage.collector.setThreshold(TID, 10);
    stage.deliver(stall(3, 20), threadExit(TID, 4e6), stall(5, 20));
    expect(stage.spikes().map(({ timestampNs }) => timestampNs)).toEqual([1e6, 3e6]);
    expect(stage.collector.thresholds()).toMatchObject([{ tid: TID, origin: 'default' }]);
  });

  it('is asked of the kernel too: system calls of half the lowest are told', () => {
    const thresholds = [{ comm: 'feed*', thresholdUs: 4 }];
    const { minDurationNs } = recommendedSourceOptions({ thresholds });
    expect(Object.values(minDurationNs!)).toEqual([2000]);
    const { minDurationNs: adaptive } = recommendedSourceOptions({ adaptive: { floorUs: 6 } });
    expect(Object.values(adaptive!)).toEqual([3000]);
  });

  it.each([
    { thresholds: [{ thresholdUs: 10 }] },
    { thresholds: [{ tid: 1, comm: 'a', thresholdUs: 10 }] },
    { thresholds: [{ comm: '', thresholdUs: 10 }] },
    { thresholds: [{ comm: 'a', thresholdUs: 0 }] },
    { thresholds: [{ tid: 0, thresholdUs: 10 }] },
    { adaptive: { factor: 0.5 } },
    { adaptive: { minStalls: 0 } },
    { adaptive: { floorUs: 100, ceilingUs: 99 } },
    { maxSpikesPerSecond: 0 },
  ])('is refused when it makes no sense: %j', (options) => {
    const invalid = expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' });
    expect(() => createLatencyCollector(options)).toThrow(invalid as Error);
  });

  it('is refused when it makes no sense while running', () => {
    using stage = new Stage();
    expect(() => stage.collector.setThreshold(TID, NaN)).toThrow(/thresholdUs/);
    expect(() => stage.collector.setThreshold(-1, 10)).toThrow(/tid/);
  });
});

describe('the distribution of stalls', () => {
  function taken(lengths: readonly number[]): StallDistribution {
    const stalls = new StallDistribution();
    for (const ns of lengths) stalls.take(new Float64Array([0, ns]));
    return stalls;
  }

  it('gives the nearest rank, at most a sixteenth above', () => {
    for (const ns of [0, 1, 17, 31, 32, 33, 1000, 123_457, 2 ** 30, 2 ** 31 - 1]) {
      const p999 = taken([ns]).p999();
      expect(p999).toBeGreaterThanOrEqual(ns);
      expect(p999).toBeLessThanOrEqual(ns * (1 + 1 / 16));
    }
    expect(taken([]).p999()).toBe(0);
    expect(taken([1e12]).p999()).toBe(2 ** 31 - 1);
  });

  it('leaves the longest thousandth out, and no more', () => {
    const usual = new Array<number>(999).fill(10);
    expect(taken([...usual, 20]).p999()).toBe(10);
    expect(taken([...usual.slice(1), 20, 20]).p999()).toBe(20);
    expect(taken([...usual.slice(0, 998), 20]).p999()).toBe(20);
  });

  it('forgets slowly', () => {
    const stalls = taken(new Array<number>(100_000).fill(31));
    for (let i = 0; i < 2_000_000; i++) stalls.take(new Float64Array([0, 7]));
    expect(stalls.p999()).toBe(7);
    expect(stalls.taken).toBe(2_100_000);
  });
});

describe('an adaptive threshold', () => {
  const adaptive = { factor: 4, minStalls: 100, floorUs: 5, ceilingUs: 400 };
  /** `count` stalls of that length, 1 ms apart. */
  const usual = (count: number, us: number, fromMs = 0) =>
    Array.from({ length: count }, (_, i) => stall(fromMs + i, us));

  it('applies once enough was seen, at k times the percentile', () => {
    using stage = new Stage({ thresholdUs: 50, adaptive });
    stage.deliver(...usual(98, 10), stall(500, 39));
    expect(stage.spikes()).toEqual([]);
    expect(stage.collector.thresholds()).toMatchObject([{ thresholdUs: 50, origin: 'default' }]);
    // The 100th brings the percentile to 39 us; buckets are a sixteenth wide at most.
    stage.deliver(stall(501, 10));
    const [inForce] = stage.collector.thresholds();
    expect(inForce).toMatchObject({ origin: 'adaptive', adaptation: { stalls: 100 } });
    expect(inForce!.thresholdUs).toBeCloseTo(4 * inForce!.adaptation!.p999Us, 6);
    expect(inForce!.thresholdUs).toBeGreaterThanOrEqual(4 * 39);
    expect(inForce!.thresholdUs).toBeLessThanOrEqual(4 * 39 * (17 / 16));
    stage.deliver(stall(600, 150), stall(601, 170));
    expect(stage.spike().timestampNs).toBe(601e6);
  });

  it('stays between floor and ceiling', () => {
    using low = new Stage({ thresholdUs: 50, adaptive });
    low.deliver(...usual(128, 0.1));
    expect(low.collector.thresholds()).toMatchObject([{ thresholdUs: 5, origin: 'adaptive' }]);
    using high = new Stage({ thresholdUs: 5000, adaptive });
    high.deliver(...usual(128, 150));
    expect(high.collector.thresholds()).toMatchObject([{ thresholdUs: 400, origin: 'adaptive' }]);
  });

  it('is of each thread, and gives way to one that was set', () => {
    using stage = new Stage({ thresholds: [{ comm: 'target', thresholdUs: 70 }], adaptive });
    stage.deliver(...usual(128, 10));
    stage.deliver(...usual(128, 10).map((record) => ({ ...record, tid: FIRST })));
    expect(stage.collector.thresholds().map(({ tid, origin }) => [tid, origin])).toEqual([
      [TID, 'adaptive'],
      [FIRST, 'comm'],
    ]);
    stage.collector.setThreshold(TID, 33);
    stage.deliver(...usual(256, 10, 1000));
    expect(stage.collector.thresholds()[0]).toMatchObject({ thresholdUs: 33, origin: 'tid' });
    stage.collector.setThreshold(TID, undefined);
    expect(stage.collector.thresholds()[0]).toMatchObject({ origin: 'adaptive' });
  });
});

describe('a rate limit', () => {
  const options = { thresholdUs: 10, maxSpikesPerSecond: 5 };

  it('tells so many of each second and counts the others, by thread and in all', () => {
    using stage = new Stage(options);
    for (let ms = 1; ms <= 23; ms++) stage.deliver(stall(ms, 20));
    for (let ms = 101; ms <= 107; ms++) stage.deliver(stall(ms, 19, FIRST));
    expect(stage.spikes()).toHaveLength(5);
    expect(stage.collector.metrics()).toMatchObject({ spikes: 5, withheld_spikes: 25 });
    expect([...stage.collector.withheldSpikes().byThread]).toEqual([
      [TID, 18],
      [FIRST, 7],
    ]);
    // The second begins with its first spike.
    stage.deliver(stall(1000.9, 20), stall(1002, 20));
    expect(stage.spikes()).toHaveLength(6);
    expect(stage.collector.metrics()).toMatchObject({ spikes: 6, withheld_spikes: 26 });
  });

  it('never withholds the longest', () => {
    using stage = new Stage({ ...options, maxSpikesPerSecond: 1 });
    const lengths = [20, 30, 25, 30, 90, 40, 91];
    lengths.forEach((us, i) => stage.deliver(stall(i + 1, us)));
    expect(stage.spikes().map(({ durationUs }) => durationUs)).toEqual([20, 30, 90, 91]);
    expect(stage.collector.metrics()).toMatchObject({ spikes: 4, withheld_spikes: 3 });
  });

  it('tells the one that takes the place of told ones, and counts each withheld one once', () => {
    using stage = new Stage({ ...options, maxSpikesPerSecond: 1, eager: true });
    stage.deliver(stall(0.1, 60));
    for (const ms of [0.3, 0.5, 0.7]) stage.deliver(stall(ms, 50));
    // Looked at again, as they are.
    expect(stage.spikes()).toHaveLength(1);
    expect(stage.collector.metrics()).toMatchObject({ spikes: 1, withheld_spikes: 3 });
    stage.deliver(syscall(0, { from: 0, to: 1e6, net: 790_000 }));
    expect(stage.spike()).toMatchObject({ durationNs: 1e6, supersedes: [1] });
    const { spikes, withheld_spikes, superseded_spikes } = stage.collector.metrics();
    expect({ spikes, withheld_spikes, superseded_spikes }).toEqual({
      spikes: 2,
      withheld_spikes: 3,
      superseded_spikes: 4,
    });
  });
});
