import { describe, expect, it } from 'vitest';
import {
  readSwitches,
  readTaskStat,
  spawnFaults,
  spawnPingpong,
  spawnSleeper,
  spawnSpinner,
  switchesDelta,
} from '@hftmon/testkit';
import { CounterStatus } from '../../../src/counters/layout.js';
import {
  SOFTWARE,
  openEvents,
  readSamples,
  softwareSampler,
  totalsOf,
} from '../../support/counter-samples.js';

const HOPS = 10_007;
const PAGES = 1009;

describe('counting threads', () => {
  it('counts every context switch of each thread, as the kernel does', async () => {
    await using game = await spawnPingpong({ hops: HOPS });
    using sampler = softwareSampler([SOFTWARE.contextSwitches]);
    for (const tid of game.tids) expect(sampler.follow(tid)).toBe(true);
    sampler.start();
    const before = readSwitches(game.pid);
    await game.go();
    const books = switchesDelta(before, readSwitches(game.pid));
    sampler.flush();
    const samples = readSamples(sampler);
    for (const tid of game.tids) {
      const { voluntary, involuntary } = books.get(tid)!;
      const own = samples.filter((sample) => sample.tid === tid);
      expect(own.at(-1)!.values).toEqual([voluntary + involuntary]);
      for (let i = 1; i < own.length; i++) {
        expect(own[i]!.values[0]).toBeGreaterThanOrEqual(own[i - 1]!.values[0]!);
        expect(own[i]!.timeNs).toBeGreaterThan(own[i - 1]!.timeNs);
      }
    }
  });

  it('counts each event of a group under its own number', async () => {
    await using faults = await spawnFaults({ pages: PAGES });
    const tid = faults.tids[0]!;
    using sampler = softwareSampler([
      SOFTWARE.contextSwitches,
      SOFTWARE.pageFaults,
      SOFTWARE.dummy,
      SOFTWARE.minorFaults,
      SOFTWARE.majorFaults,
      SOFTWARE.taskClock,
    ]);
    sampler.follow(tid);
    const before = { stat: readTaskStat(faults.pid), switches: readSwitches(faults.pid) };
    const { usage } = await faults.go();
    const after = readTaskStat(faults.pid);
    const switches = switchesDelta(before.switches, readSwitches(faults.pid)).get(tid)!;
    const { values, enabledNs, runningNs } = totalsOf(sampler, tid);
    const minor = after.minorFaults - before.stat.minorFaults;
    const major = after.majorFaults - before.stat.majorFaults;
    expect(usage.minorFaults).toBe(PAGES);
    expect(minor).toBeGreaterThanOrEqual(PAGES);
    expect(values.slice(0, 5)).toEqual([
      switches.voluntary + switches.involuntary,
      minor + major,
      0,
      minor,
      major,
    ]);
    expect(values[5]).toBeGreaterThan(0);
    expect(runningNs).toBe(enabledNs);
  });

  it('keeps two groups of a thread apart', async () => {
    await using faults = await spawnFaults({ pages: PAGES });
    const tid = faults.tids[0]!;
    using sampler = softwareSampler([], {
      groups: [
        { pmu: 'software', events: [SOFTWARE.contextSwitches, SOFTWARE.dummy] },
        { pmu: 'software', events: [SOFTWARE.pageFaults] },
      ],
    });
    sampler.follow(tid);
    const before = readTaskStat(faults.pid);
    await faults.go();
    const after = readTaskStat(faults.pid);
    const moved = after.minorFaults + after.majorFaults - before.minorFaults - before.majorFaults;
    sampler.flush();
    const samples = readSamples(sampler);
    expect(samples.filter(({ group }) => group === 0).at(-1)!.values).toEqual([
      expect.any(Number),
      0,
    ]);
    expect(samples.filter(({ group }) => group === 1).at(-1)!.values).toEqual([moved]);
  });

  it('begins at zero and ends with the last sample', async () => {
    await using sleeper = await spawnSleeper({ count: 101 });
    const tid = sleeper.tids[0]!;
    using sampler = softwareSampler([SOFTWARE.contextSwitches]);
    sampler.follow(tid);
    expect(sampler.counted).toBe(1);
    const before = readSwitches(sleeper.pid);
    await sleeper.go();
    const { voluntary, involuntary } = switchesDelta(before, readSwitches(sleeper.pid)).get(tid)!;
    sampler.unfollow(tid);
    expect(sampler.counted).toBe(0);
    const samples = readSamples(sampler);
    expect(samples.map(({ status }) => status)).toEqual([CounterStatus.Begin, CounterStatus.End]);
    expect(samples[0]!.values).toEqual([0]);
    // The last one is the wait after the report.
    expect(voluntary).toBe(101 + 1);
    expect(samples[1]!.values).toEqual([voluntary + involuntary]);
    expect(samples[1]!.timeNs).toBeGreaterThan(samples[0]!.timeNs);
  });

  it('keeps the count of a thread that has ended', async () => {
    await using sleeper = await spawnSleeper({ count: 211 });
    const tid = sleeper.tids[0]!;
    using sampler = softwareSampler([SOFTWARE.contextSwitches]);
    sampler.follow(tid);
    await sleeper.go();
    const alive = totalsOf(sampler, tid).values[0]!;
    await sleeper.quit();
    sampler.unfollow(tid);
    const [last] = readSamples(sampler);
    expect(last!.status).toBe(CounterStatus.End);
    expect(alive).toBeGreaterThan(211);
    // The very last switch of a thread comes after the kernel has stopped counting it.
    expect(last!.values[0]).toBeGreaterThanOrEqual(alive);
    expect(sampler.stats().readErrors).toBe(0);
  });

  it('samples no faster than asked, and says how fast', async () => {
    await using spinner = await spawnSpinner();
    const tid = spinner.tids[0]!;
    using sampler = softwareSampler([SOFTWARE.taskClock], { intervalUs: 5000 });
    sampler.follow(tid);
    sampler.start();
    spinner.begin();
    await spinner.running();
    await expect.poll(() => sampler.stats().rounds).toBeGreaterThan(20);
    await spinner.stop();
    sampler.stop();
    const samples = readSamples(sampler);
    const span = samples.at(-1)!.timeNs - samples[0]!.timeNs;
    // One more at either end than intervals.
    expect(samples.length - 2).toBeLessThanOrEqual(span / 5e6 + 1);
    expect(sampler.stats().intervalUs).toBeGreaterThanOrEqual(4900);
    expect(sampler.onCore).toBe(false);
  });

  it('takes a thread that is gone for no error', async () => {
    const gone = await spawnSleeper({ count: 1 });
    await gone.dispose();
    using sampler = softwareSampler([SOFTWARE.contextSwitches]);
    expect(sampler.follow(gone.pid)).toBe(false);
    expect(sampler.uncounted()).toEqual([]);
    expect(readSamples(sampler)).toEqual([]);
  });

  it('never takes thread 0, which would be this one', () => {
    using sampler = softwareSampler([SOFTWARE.contextSwitches]);
    expect(sampler.follow(0)).toBe(false);
    expect(sampler.counted).toBe(0);
  });

  it('refuses to overwrite what was not read, and counts what it refused', async () => {
    await using sleeper = await spawnSleeper({ count: 1 });
    using sampler = softwareSampler([SOFTWARE.contextSwitches], { records: 4 });
    sampler.follow(sleeper.pid);
    for (let i = 0; i < 9; i++) sampler.flush();
    expect(sampler.stats()).toMatchObject({ samples: 4, refused: 6 });
    expect(readSamples(sampler)).toHaveLength(4);
    sampler.flush();
    expect(readSamples(sampler)).toHaveLength(1);
  });

  it('leaves nothing open', async () => {
    await using game = await spawnPingpong({ hops: 11 });
    const before = openEvents();
    const sampler = softwareSampler([SOFTWARE.contextSwitches, SOFTWARE.dummy]);
    for (const tid of game.tids) sampler.follow(tid);
    sampler.start();
    expect(openEvents()).toBe(before + 4);
    sampler.unfollow(game.tids[0]!);
    expect(openEvents()).toBe(before + 2);
    sampler.close();
    sampler.close();
    expect(openEvents()).toBe(before);
    expect(() => sampler.flush()).toThrow(/closed/);
    expect(sampler.cursor.next()).toBe(false);
    expect(sampler.stats().samples).toBeGreaterThan(0);
  });
});
