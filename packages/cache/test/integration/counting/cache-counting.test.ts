import { describe, expect, it } from 'vitest';
import { MonotonicClock, SampleStatus } from '@hftmon/core';
import { createProbeEnvironment } from '@hftmon/perf-native';
import {
  readSwitches,
  readTaskStat,
  spawnChurn,
  spawnFaults,
  spawnPingpong,
  switchesDelta,
} from '@hftmon/testkit';
import { CacheCounting } from '../../../src/counting/cache-counting.js';
import { countingSupport } from '../../../src/counting/counting-support.js';
import { SOFTWARE, openEvents, softwarePmu } from '../../support/counting.js';

const HOST = { procRoot: '/proc', sysRoot: '/sys', epochNs: new MonotonicClock().epochMonotonicNs };

/** The kernel's own events stand in for those of a cache; see `softwarePmu`. */
const RESOLUTION = softwarePmu({
  l1d_hits: SOFTWARE.contextSwitches,
  l1d_misses: SOFTWARE.pageFaults,
  l2_misses: SOFTWARE.dummy,
});

describe('CacheCounting', () => {
  it('counts every thread of a process, exactly', async () => {
    await using game = await spawnPingpong({ hops: 10_007 });
    const counting = new CacheCounting();
    counting.open({ ...HOST, resolution: RESOLUTION });
    counting.attach(game.pid);
    const before = readSwitches(game.pid);
    await game.go();
    const books = switchesDelta(before, readSwitches(game.pid));
    expect(counting.sample() & SampleStatus.Lost).toBe(0);
    counting.close();
    const sum = [...books.values()].reduce((all, one) => all + one.voluntary + one.involuntary, 0);
    expect(counting.counts({ pid: game.pid }).l1Hits).toBe(sum);
    for (const tid of game.tids) {
      const { voluntary, involuntary } = books.get(tid)!;
      expect(counting.counts({ tid }).l1Hits).toBe(voluntary + involuntary);
    }
    expect(counting.counts()).toMatchObject({ l2Misses: 0 });
  });

  it('counts hits and misses of the same time', async () => {
    await using faults = await spawnFaults({ pages: 1009 });
    const counting = new CacheCounting();
    counting.open({ ...HOST, resolution: RESOLUTION });
    counting.attach(faults.pid);
    const before = { stat: readTaskStat(faults.pid), switches: readSwitches(faults.pid) };
    await faults.go();
    const after = readTaskStat(faults.pid);
    const switches = switchesDelta(before.switches, readSwitches(faults.pid)).get(faults.pid)!;
    counting.detach(faults.pid);
    const hits = switches.voluntary + switches.involuntary;
    const misses =
      after.minorFaults + after.majorFaults - before.stat.minorFaults - before.stat.majorFaults;
    expect(misses).toBeGreaterThanOrEqual(1009);
    expect(counting.counts()).toMatchObject({
      l1Hits: hits,
      l1Misses: misses,
      l1HitRate: hits / (hits + misses),
    });
    counting.close();
  });

  it('follows threads that begin later, and keeps the counts of those that end', async () => {
    await using churn = await spawnChurn({
      threads: 3,
      generations: 4,
      switches: 211,
      waitUs: 500,
    });
    const counting = new CacheCounting();
    counting.open({ ...HOST, resolution: RESOLUTION });
    counting.attach(churn.pid);
    let working = true;
    const report = churn.go().finally(() => (working = false));
    while (working) {
      counting.sample();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { lives } = await report;
    counting.close();
    const seen = lives.filter(({ tid }) => (counting.counts({ tid }).l1Hits ?? 0) > 0);
    // A thread lives a hundred milliseconds and more, and is looked for every ten.
    expect(seen.length).toBeGreaterThan(0);
    for (const { tid, usage } of seen) {
      // It had begun already when it was found; what came after is all there.
      const last = usage.voluntary + usage.involuntary + 1;
      expect(counting.counts({ tid }).l1Hits).toBeLessThanOrEqual(last);
    }
    const sum = lives.reduce((all, { tid }) => all + counting.counts({ tid }).l1Hits!, 0);
    expect(counting.counts({ pid: churn.pid }).l1Hits).toBeGreaterThanOrEqual(sum);
  });

  it('leaves nothing open', async () => {
    await using game = await spawnPingpong({ hops: 11 });
    const before = openEvents();
    const counting = new CacheCounting({ counterIntervalUs: 500 });
    counting.open({ ...HOST, resolution: RESOLUTION });
    counting.attach(game.pid);
    expect(openEvents()).toBeGreaterThan(before);
    counting.close();
    counting.close();
    expect(openEvents()).toBe(before);
    expect(counting.stats()!.samples).toBeGreaterThan(0);
  });

  it('takes a process that has ended for no error', async () => {
    const game = await spawnPingpong({ hops: 11 });
    await game.dispose();
    const counting = new CacheCounting();
    counting.open({ ...HOST, resolution: RESOLUTION });
    counting.attach(game.pid);
    expect(counting.counts()).toMatchObject({ l1Hits: 0, samples: 0 });
    counting.close();
  });

  it('delivers on this host what the probe promised', async () => {
    await using game = await spawnPingpong({ hops: 1009 });
    const promised = countingSupport(createProbeEnvironment());
    const counting = new CacheCounting();
    counting.open(HOST);
    counting.attach(game.pid);
    await game.go();
    counting.close();
    const counts = counting.counts();
    for (const [field, support] of promised) {
      expect(field in counts, field).toBe(support.ok);
      if (!support.ok) expect(counts.sources[field]).toEqual(support);
    }
  });
});
