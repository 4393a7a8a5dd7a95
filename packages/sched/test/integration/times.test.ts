import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  allowedCpus,
  needs,
  readSchedstat,
  skipUnless,
  spawnHog,
  spawnNicepair,
  spawnPingpong,
  spawnSleeper,
  type HogBurst,
} from '@hftmon/testkit';
import { RecordKind } from '@hftmon/core';
import { Monitor } from '../support/monitor.js';

beforeEach((context) => skipUnless(context, needs.bpf));

/** A tick of /proc/stat (USER_HZ). */
const TICK_NS = 10_000_000;

/** Time that the hypervisor kept from all CPUs, ns, by whole ticks. */
function stolenNs(): number {
  const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.split(/\s+/);
  return Number(fields[7]) * TICK_NS;
}

describe('shares of the CPU', () => {
  it('of a nice pair are those that its threads measure', async () => {
    const cpu = allowedCpus().at(-1)!;
    await using target = await spawnNicepair({ nice: 0, otherNice: 5, durationMs: 1500, cpu });
    using monitor = new Monitor([target.pid]);
    const stolenBefore = stolenNs();
    const { threads } = await target.go();
    const stolen = stolenNs() - stolenBefore;
    monitor.session.flush();
    const infos = monitor.collector.snapshot({ pid: target.pid });
    const of = (tid: number) => infos.find((info) => info.tid === tid)!;
    const all = threads.reduce((sum, { cpuNs }) => sum + cpuNs, 0);
    for (const { tid, nice, cpuNs } of threads) {
      const { niceValue, cpuTimeUs, cpuShare, waitTimeUs } = of(tid);
      expect(niceValue).toBe(nice);
      // What a hypervisor took from the CPU is in the time between switches, not in its clock.
      expect(cpuTimeUs! * 1e3).toBeGreaterThan(0.99 * cpuNs);
      expect(cpuTimeUs! * 1e3).toBeLessThan(1.02 * cpuNs + stolen + 2 * TICK_NS);
      expect(Math.abs(cpuShare! - cpuNs / all)).toBeLessThan(0.1);
      expect(waitTimeUs! * 1e3).toBeGreaterThan(0.1 * all);
    }
    // 1024 to 335 by the kernel's weights.
    expect(of(threads[0]!.tid).cpuShare! / of(threads[1]!.tid).cpuShare!).toBeGreaterThan(2);
    expect(infos.reduce((sum, { cpuShare }) => sum + cpuShare!, 0)).toBeCloseTo(1, 9);
  });

  it('of a window are exact whatever its length', async (context) => {
    skipUnless(context, needs.realtime);
    const burst = { burstUs: 4000, periodMs: 20, count: 7 };
    await using target = await spawnHog({ policy: 'fifo', ...burst });
    using monitor = new Monitor([target.pid]);
    const { bursts, tid } = await target.go();
    monitor.session.flush();
    for (const { startNs } of bursts) {
      const timeWindowUs = (monitor.session.clock.nowNs() - monitor.sessionNs(startNs)) / 1e3;
      const infos = monitor.collector.snapshot({ pid: target.pid, timeWindowUs });
      const info = infos.find((thread) => thread.tid === tid)!;
      expect(info.windowUs).toBeCloseTo(timeWindowUs, 2);
      // The window begins a little after the burst, by the time that the question took.
      const fromNs = info.timestampNs - timeWindowUs * 1e3;
      const missed = (each: HogBurst) => Math.max(0, fromNs - monitor.sessionNs(each.startNs));
      const within = (each: HogBurst, ns: number) => Math.max(0, ns - missed(each));
      // A burst may be interrupted by stronger ones; its own clock does not go on meanwhile.
      const ran = bursts.reduce((sum, each) => sum + within(each, each.cpuNs), 0);
      const lasted = bursts.reduce((sum, each) => sum + within(each, each.endNs - each.startNs), 0);
      expect(info.cpuTimeUs! * 1e3).toBeGreaterThan(0.99 * ran);
      expect(info.cpuTimeUs! * 1e3).toBeLessThan(1.02 * lasted + 5e5);
      // Its process has the threads that watch over it and report, too.
      const all = infos.reduce((sum, { cpuTimeUs }) => sum + cpuTimeUs!, 0);
      expect(info.cpuShare).toBeCloseTo(info.cpuTimeUs! / all, 9);
    }
    const idle = monitor.collector.snapshot({ tid, timeWindowUs: 100 })[0]!;
    expect(idle).toMatchObject({ cpuTimeUs: 0, cpuShare: 0, waitTimeUs: 0 });
    expect(idle.windowUs).toBeCloseTo(100, 3);
  });

  it('add up to the totals in a window since the start', async () => {
    await using game = await spawnPingpong({ hops: 20_011 });
    await using sleeper = await spawnSleeper({ count: 211 });
    using monitor = new Monitor([game.pid, sleeper.pid]);
    await Promise.all([game.go(), sleeper.go()]);
    monitor.session.flush();
    const since = monitor.collector.snapshot();
    const window = monitor.collector.snapshot({ timeWindowUs: 1e9 });
    expect(window.map(({ tid }) => tid)).toEqual(since.map(({ tid }) => tid));
    window.forEach((info, i) => {
      const { cpuTimeUs, waitTimeUs, windowUs, wakeUpLatencyUs } = since[i]!;
      expect(Math.abs(info.cpuTimeUs! - cpuTimeUs!)).toBeLessThan(0.01 * windowUs!);
      expect(Math.abs(info.waitTimeUs! - waitTimeUs!)).toBeLessThan(0.01 * windowUs!);
      expect(info.wakeUpLatencyUs!.count).toBe(wakeUpLatencyUs!.count);
      expect(info.wakeUpLatencyUs!.max).toBe(wakeUpLatencyUs!.max);
      expect(info.queueDepthAtWakeUp).toEqual(since[i]!.queueDepthAtWakeUp);
      expect(info.queueDepthAtWakeUp!.count).toBeGreaterThan(0);
      info.wakeUpLatencyUs!.percentiles.forEach(({ value }, p) => {
        const kept = wakeUpLatencyUs!.percentiles[p]!.value!;
        expect(kept).toBeGreaterThanOrEqual(value! * 0.999);
        expect(kept).toBeLessThanOrEqual(value! * (1 + wakeUpLatencyUs!.relativeError) + 0.001);
      });
    });
  });

  it('are the same after the close', async () => {
    await using target = await spawnSleeper({ count: 101 });
    const monitor = new Monitor([target.pid]);
    await target.go();
    monitor.session.flush();
    const query = { pid: target.pid, timeWindowUs: 1e9 };
    const [before] = monitor.collector.snapshot(query);
    monitor.session.close({ keepHistory: true });
    const [after] = monitor.collector.snapshot(query);
    // It was asleep all the time.
    expect(after!.cpuTimeUs).toBeCloseTo(before!.cpuTimeUs!, 0);
    expect(after!.waitTimeUs).toBeCloseTo(before!.waitTimeUs!, 3);
    expect(after!.windowUs).toBeGreaterThan(before!.windowUs!);
    expect(after!.wakeUpLatencyUs).toEqual(before!.wakeUpLatencyUs);
  });

  it('have no window where switches were filtered', async () => {
    await using target = await spawnSleeper({ count: 11 });
    using monitor = new Monitor([target.pid], {}, { minDurationNs: { [RecordKind.Switch]: 1e9 } });
    await target.go();
    monitor.session.flush();
    const [info] = monitor.collector.snapshot({ pid: target.pid, timeWindowUs: 1e6 });
    expect(info).toMatchObject({
      cpuTimeUs: undefined,
      waitTimeUs: undefined,
      cpuShare: undefined,
    });
    expect(info!.sources.cpuTimeUs).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^\d+ switches were filtered/),
    });
    expect(monitor.collector.snapshot({ pid: target.pid })[0]!.cpuTimeUs).toBeGreaterThan(0);
  });
});

describe('waits in the run queue', () => {
  it('are those of schedstat', async () => {
    const cpu = allowedCpus().at(-1)!;
    await using target = await spawnNicepair({ durationMs: 1000, otherNice: 0, cpu });
    using monitor = new Monitor([target.pid]);
    const before = target.tids.map((tid) => readSchedstat(target.pid, tid).runQueueNs);
    await target.go();
    monitor.session.flush();
    target.tids.forEach((tid, i) => {
      const books = readSchedstat(target.pid, tid).runQueueNs - before[i]!;
      const { waitTimeUs } = monitor.collector.snapshot({ tid })[0]!;
      expect(Math.abs(waitTimeUs! * 1e3 - books) / books).toBeLessThan(0.1);
    });
  });
});
