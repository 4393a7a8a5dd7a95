import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import {
  needs,
  readSchedstat,
  skipUnless,
  spawnChurn,
  spawnHog,
  spawnPingpong,
  spawnSleeper,
  spawnSpinner,
} from '@hftmon/testkit';
import { Monitor } from '../support/monitor.js';

/** A tick of /proc/stat (USER_HZ). */
const TICK_NS = 10_000_000;

/** Time that the hypervisor kept from all CPUs, ns, by whole ticks. */
function stolenNs(): number {
  const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.split(/\s+/);
  return Number(fields[7]) * TICK_NS;
}

/** Relative difference. */
function apart(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(a, b);
}

describe('times of threads', () => {
  it('on and off the CPU add up to their lives', async (context) => {
    skipUnless(context, needs.bpf);
    await using spinner = await spawnSpinner({ cpu: 0, durationMs: 500 });
    await using hog = await spawnHog({ cpu: 0, count: 11, burstUs: 5000 });
    await using sleeper = await spawnSleeper({ count: 499 });
    await using game = await spawnPingpong({ hops: 50_021, via: 'pipe' });
    await using churn = await spawnChurn({ threads: 2, generations: 3, switches: 211 });
    const pids = [spinner.pid, hog.pid, sleeper.pid, game.pid, churn.pid];
    using monitor = new Monitor(pids, RecordKind.Switch);
    spinner.begin();
    await Promise.all([spinner.report(), hog.go(), sleeper.go(), game.go(), churn.go()]);
    const totals = monitor.collector.totals();
    expect(totals.length).toBe(2 + 2 + 1 + 3 + 7);
    for (const { lifetimeNs, onCpuNs, offCpuNs, runQueueNs } of totals) {
      expect(apart(onCpuNs + offCpuNs, lifetimeNs)).toBeLessThan(0.001);
      expect(runQueueNs).toBeLessThanOrEqual(offCpuNs);
    }
  });

  // The kernel begins a thread's time at its wake-up and not at its switch, so a thread that
  // sleeps often has more in its books; and what a hypervisor took is not in them at all.
  it('on the CPU are those of schedstat for a thread that computes', async (context) => {
    skipUnless(context, needs.bpf);
    await using spinner = await spawnSpinner({ cpu: 0, durationMs: 2000 });
    using monitor = new Monitor([spinner.pid], RecordKind.Switch);
    const tid = spinner.tids[0]!;
    const before = readSchedstat(spinner.pid, tid);
    const stolenBefore = stolenNs();
    spinner.begin();
    await spinner.report();
    const books = readSchedstat(spinner.pid, tid).onCpuNs - before.onCpuNs;
    const stolen = stolenNs() - stolenBefore;
    const own = monitor.collector.totals().find((thread) => thread.tid === tid)!;
    const tolerance = 0.001 * own.lifetimeNs;
    expect(books - own.onCpuNs).toBeLessThan(tolerance);
    const allowance = stolen === 0 ? 0 : stolen + 2 * TICK_NS;
    expect(own.onCpuNs - books).toBeLessThan(tolerance + allowance);
  });
});
