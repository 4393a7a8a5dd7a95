import { CollectorRegistry, Session } from '@hftmon/core';
import { KernelEventSource } from '@hftmon/perf-native';
import {
  allowedCpus,
  needs,
  skipUnless,
  spawnHog,
  spawnSpinner,
  type Interval,
} from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import {
  createLatencyCollector,
  recommendedSourceOptions,
  type LatencySpike,
  type SpikeVerdict,
} from '../../src/index.js';
import { Monitor, during, overlapNs, timeOf } from '../support/monitor.js';

const [firstCpu = 0, secondCpu = 1] = allowedCpus();

const SMALL = { burstUs: 300, count: 13 };
const LARGE = { burstUs: 2000, count: 11 };
/** Below the small disturbances, and between the small and the large ones. */
const LOW_US = 100;
const HIGH_US = 1000;
const HIGH_NS = HIGH_US * 1000;
/** What is so near to a threshold may be on either side of it by another clock, ns. */
const UNCLEAR_NS = 100e3;

/** Disturbs the CPU, and says when; a real-time thread takes it, whoever is on it. */
async function disturb(cpu: number, size: typeof SMALL): Promise<readonly Interval[]> {
  await using hog = await spawnHog({ cpu, policy: 'fifo', ...size });
  return (await hog.go()).bursts;
}

describe('thresholds of threads', () => {
  it('decide which disturbances of two sizes are spikes', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime, needs.cpus(2));
    await using sensitive = await spawnSpinner({ cpu: firstCpu });
    await using tolerant = await spawnSpinner({ cpu: secondCpu });
    const [[tid], [tolerantTid]] = [sensitive.tids, tolerant.tids] as [[number], [number]];
    using monitor = new Monitor([sensitive.pid, tolerant.pid], {
      thresholdUs: 60e6,
      // On a loaded host the sensitive one has thousands of others.
      maxSpikes: 100_000,
      thresholds: [{ tid, thresholdUs: LOW_US }],
    });
    monitor.collector.setThreshold(tolerantTid, HIGH_US);
    using every = new Monitor([tolerant.pid], { thresholdUs: LOW_US, maxSpikes: 100_000 });
    for (const target of [sensitive, tolerant]) {
      target.begin();
      await target.running();
    }
    const small = await Promise.all([firstCpu, secondCpu].map((cpu) => disturb(cpu, SMALL)));
    const large = await Promise.all([firstCpu, secondCpu].map((cpu) => disturb(cpu, LARGE)));
    const gaps = [(await sensitive.stop()).gaps, (await tolerant.stop()).gaps];
    const spikes = [monitor.spikes({ tid }), monitor.spikes({ tid: tolerantTid })];
    const found = (who: 0 | 1, bursts: readonly Interval[]) =>
      bursts.filter((burst) => during(spikes[who]!, burst).length > 0);

    expect(found(0, small[0]!)).toHaveLength(SMALL.count);
    expect(found(0, large[0]!)).toHaveLength(LARGE.count);
    expect(found(1, large[1]!)).toHaveLength(LARGE.count);
    // A small one beside something else may be long enough. By the target's own clock it can seem
    // so where the hypervisor had the CPU, which no record says: what is a stall, a low threshold tells.
    const stalls = every.spikes();
    const short = small[1]!.filter((burst) => longestNs(gaps[1]!, burst) < HIGH_NS - UNCLEAR_NS);
    const long = small[1]!.filter(
      (burst) => longestNs(stalls.map(timeOf), burst) > HIGH_NS + UNCLEAR_NS,
    );
    expect(found(1, short)).toEqual([]);
    expect(found(1, long)).toEqual(long);
    expect(monitor.collector.thresholds()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ tid, thresholdUs: LOW_US, origin: 'tid' }),
        expect.objectContaining({ tid: tolerantTid, thresholdUs: HIGH_US, origin: 'tid' }),
      ]),
    );
    // Nobody else's threshold was reached.
    expect(new Set(monitor.spikes().map((spike) => spike.tid))).toEqual(
      new Set([tid, tolerantTid]),
    );
  });

  it('leave the longest of each second when there are too many', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime, needs.cpus(2));
    await using target = await spawnSpinner({ cpu: secondCpu });
    const options = { thresholdUs: LOW_US, maxSpikesPerSecond: 3 };
    using monitor = new Monitor([target.pid], options);
    using every = new Monitor([target.pid], { thresholdUs: LOW_US, maxSpikes: 100_000 });
    target.begin();
    await target.running();
    const bursts = await disturb(secondCpu, { burstUs: 300, count: 89 });
    await target.stop();
    const told = monitor.spikes();
    const { withheld_spikes } = monitor.collector.metrics();
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(told.length).toBeLessThan(bursts.length / 2);
    // Every burst is a spike, told or not, unless two of them are one.
    expect(told.length + withheld_spikes).toBeGreaterThan(bursts.length / 2);
    const longest = longestOf(every.spikes());
    expect(longest).toBeGreaterThan(0);
    // The two time each with readings of their own.
    expect(longestOf(told)).toBeGreaterThan(longest - UNCLEAR_NS);
    const { total, byThread } = monitor.collector.withheldSpikes();
    expect(total).toBe(withheld_spikes);
    expect([...byThread.values()].reduce((sum, count) => sum + count, 0)).toBe(total);
  });
});

describe('busy delivery', () => {
  it('tells of every disturbance while the pump sleeps', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime, needs.cpus(2));
    await using target = await spawnSpinner({ cpu: secondCpu });
    const options = { thresholdUs: LOW_US, eager: true };
    const collector = createLatencyCollector(options);
    const verdicts: SpikeVerdict[] = [];
    collector.onVerdict((verdict) => verdicts.push(verdict));
    using session = new Session({
      source: new KernelEventSource(),
      registry: new CollectorRegistry().register(collector),
      delivery: { mode: 'busy' },
      // An hour: what arrives was pulled.
      sourceOptions: { ...recommendedSourceOptions(options), pollIntervalNs: 3600e9 },
    });
    session.attach(target.pid);
    session.start();
    target.begin();
    await target.running();
    const bursts = await disturb(secondCpu, { burstUs: 300, count: 23 });
    const told = (burst: Interval) =>
      verdicts.some(
        ({ monotonicNs, durationNs }) =>
          overlapNs({ startNs: monotonicNs, endNs: monotonicNs + durationNs }, burst) > 0,
      );
    await expect.poll(() => bursts.filter(told)).toHaveLength(23);
    await target.stop();
  });
});

/** Length of the longest interval that has time in common with a disturbance, ns. */
function longestNs(intervals: readonly Interval[], burst: Interval): number {
  const around = intervals.filter((interval) => overlapNs(interval, burst) > 0);
  return Math.max(0, ...around.map(({ startNs, endNs }) => endNs - startNs));
}

function longestOf(spikes: readonly LatencySpike[]): number {
  return Math.max(0, ...spikes.map(({ durationNs }) => durationNs));
}
