import { describe, expect, it } from 'vitest';
import { readSwitches, spawnSleeper, spawnSpinner, switchesDelta } from '@hftmon/testkit';
import { CounterStatus } from '../../../src/counters/layout.js';
import {
  SOFTWARE,
  openEvents,
  readSamples,
  softwareSampler,
  type CounterSample,
} from '../../support/counter-samples.js';

/** Distances of neighbouring samples on the clock of the thread, ns. */
function steps(samples: readonly CounterSample[], clock: number): number[] {
  return samples.slice(1).map((sample, i) => sample.values[clock]! - samples[i]!.values[clock]!);
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

describe('capturing groups on the core of the thread', () => {
  it.each([500, 100, 50])('samples every %i us of its running time', async (intervalUs) => {
    await using spinner = await spawnSpinner();
    const tid = spinner.tids[0]!;
    using sampler = softwareSampler([SOFTWARE.taskClock, SOFTWARE.contextSwitches], { intervalUs });
    expect(sampler.onCore).toBe(true);
    expect(sampler.follow(tid)).toBe(true);
    sampler.start();
    spinner.begin();
    await spinner.running();
    await expect.poll(() => sampler.stats().samples).toBeGreaterThan(500);
    await spinner.stop();
    sampler.stop();
    const samples = readSamples(sampler);
    for (const { timeNs, enabledNs, runningNs, values } of samples) {
      expect(timeNs).toBeGreaterThan(0);
      expect(runningNs).toBe(enabledNs);
      expect(values).toHaveLength(2);
    }
    for (let i = 1; i < samples.length; i++) {
      expect(samples[i]!.timeNs).toBeGreaterThan(samples[i - 1]!.timeNs);
    }
    // A late timer skips periods, so it never comes faster, and mostly no slower.
    const middle = median(steps(samples.slice(1), 0)) / 1000;
    expect(middle).toBeGreaterThan(0.8 * intervalUs);
    expect(middle).toBeLessThan(3 * intervalUs);
  });

  it('says that it cannot go below 10 us', () => {
    expect(() => softwareSampler([SOFTWARE.dummy], { intervalUs: 9 })).toThrow(
      expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID', option: 'counterIntervalUs' }),
    );
  });

  it('counts exactly, whatever the samples miss', async () => {
    await using sleeper = await spawnSleeper({ count: 1009, sleepUs: 50 });
    const tid = sleeper.tids[0]!;
    using sampler = softwareSampler([SOFTWARE.contextSwitches], { intervalUs: 100 });
    sampler.follow(tid);
    sampler.start();
    const before = readSwitches(sleeper.pid);
    await sleeper.go();
    const { voluntary, involuntary } = switchesDelta(before, readSwitches(sleeper.pid)).get(tid)!;
    sampler.unfollow(tid);
    const samples = readSamples(sampler);
    expect(voluntary).toBe(1009 + 1);
    expect(samples.at(-1)!.values).toEqual([voluntary + involuntary]);
    expect(samples.at(-1)!.status).toBe(CounterStatus.End);
    for (let i = 1; i < samples.length; i++) {
      expect(samples[i]!.values[0]).toBeGreaterThanOrEqual(samples[i - 1]!.values[0]!);
    }
  });

  it('takes no sample of a thread that sleeps', async () => {
    await using sleeper = await spawnSleeper();
    using sampler = softwareSampler([SOFTWARE.contextSwitches], { intervalUs: 100 });
    sampler.follow(sleeper.tids[0]!);
    sampler.start();
    await expect.poll(() => sampler.stats().rounds).toBeGreaterThan(20);
    expect(readSamples(sampler).map(({ status }) => status)).toEqual([CounterStatus.Begin]);
  });

  it('leaves nothing open, nor mapped', async () => {
    await using sleeper = await spawnSleeper();
    const before = openEvents();
    const sampler = softwareSampler([SOFTWARE.dummy], { intervalUs: 100 });
    sampler.follow(sleeper.tids[0]!);
    sampler.start();
    expect(openEvents()).toBe(before + 2);
    sampler.unfollow(sleeper.tids[0]!);
    sampler.close();
    expect(openEvents()).toBe(before);
  });
});
