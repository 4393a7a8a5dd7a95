import { describe, expect, it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import {
  ChargeTrace,
  bpftraceTool,
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

const COMPUTING_MS = 2000;

/** A thousandth of the time in which the thread computes. */
const TOLERANCE_NS = 1000 * COMPUTING_MS;

/** Relative difference. */
function apart(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(a, b);
}

/** The books of a thread that computes, with as many wake-ups of another on its CPU. */
async function computing(
  wakeUps: number,
  kind: RecordKind,
  observer?: (tid: number) => Promise<ChargeTrace>,
) {
  await using spinner = await spawnSpinner({ cpu: 0, durationMs: COMPUTING_MS });
  await using sleeper = await spawnSleeper({ cpu: 0, count: wakeUps });
  using monitor = new Monitor([spinner.pid], kind);
  const tid = spinner.tids[0]!;
  await using trace = await observer?.(tid);
  const before = readSchedstat(spinner.pid, tid);
  spinner.begin();
  await sleeper.go();
  await spinner.report();
  const after = readSchedstat(spinner.pid, tid);
  monitor.session.flush();
  return {
    own: monitor.collector.totals().find((thread) => thread.tid === tid)!,
    onCpuNs: after.onCpuNs - before.onCpuNs,
    runQueueNs: after.runQueueNs - before.runQueueNs,
    deliveredNs: monitor.deliveredNs.get(tid) ?? 0,
    charges: await trace?.charges(),
  };
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

  // What a hypervisor took from its runs is in neither of the thread's books.
  it('on the CPU are as much more than in schedstat as its waits are longer', async (context) => {
    skipUnless(context, needs.bpf);
    const {
      own,
      onCpuNs,
      runQueueNs,
      deliveredNs: stolenNs,
    } = await computing(1, RecordKind.Steal);
    const more = own.onCpuNs - onCpuNs;
    expect(more).toBeGreaterThan(-TOLERANCE_NS);
    const rest = more - (runQueueNs - own.runQueueNs) - stolenNs;
    expect(rest).toBeLessThan(TOLERANCE_NS);
    // What it took after the wake-up of the next thread the kernel takes from that one's run.
    expect(rest).toBeGreaterThan(-TOLERANCE_NS - stolenNs);
  });

  it.for([
    ['seldom', 1],
    ['often', 1009],
  ] as const)('on the CPU are those of schedstat, wake-ups %s', async ([, wakeUps], context) => {
    skipUnless(context, bpftraceTool);
    const { own, onCpuNs, charges } = await computing(wakeUps, RecordKind.Switch, (tid) =>
      ChargeTrace.start(tid),
    );
    const { wokenInto, chargedToNextNs, withheldNs, missed } = charges!;
    expect(missed).toBe(0);
    expect(wokenInto).toBeGreaterThan(wakeUps / 2);
    const rest = own.onCpuNs - onCpuNs - chargedToNextNs - withheldNs;
    expect(Math.abs(rest)).toBeLessThan(TOLERANCE_NS);
  });
});
