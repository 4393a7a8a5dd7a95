import { beforeEach, describe, expect, it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import { needs, skipUnless, spawnHog, spawnSleeper, spawnSpinner } from '@hftmon/testkit';
import type { ContextSwitchInfo } from '../../src/index.js';
import { Monitor } from '../support/monitor.js';

const CPU = 1;
const RIVALS = 7;

beforeEach((context) => skipUnless(context, needs.bpf, needs.cpus(2)));

/** Threads that spin on the CPU until they are disposed. */
async function spawnRivals(): Promise<AsyncDisposable> {
  const rivals = await Promise.all(
    Array.from({ length: RIVALS }, () => spawnSpinner({ cpu: CPU })),
  );
  for (const rival of rivals) rival.begin();
  await Promise.all(rivals.map((rival) => rival.running()));
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(rivals.map((rival) => rival[Symbol.asyncDispose]()));
    },
  };
}

/** Depths that are told; a wake-up before the thread has left its CPU has none. */
function depthsIn(waits: readonly ContextSwitchInfo[]): number[] {
  return waits.flatMap(({ runQueueDepth }) => runQueueDepth ?? []);
}

/** Depths of the queue at the wake-ups of a thread that sleeps 101 times on the CPU. */
async function depthsOfSleeper(): Promise<number[]> {
  await using target = await spawnSleeper({ cpu: CPU, count: 101, sleepUs: 1000 });
  using monitor = new Monitor([target.pid], RecordKind.Switch);
  const { tid } = await target.go();
  monitor.session.flush();
  const waits = monitor.collector.snapshot({ pid: target.pid });
  const wakes = waits.filter(
    ({ tid: of, voluntary, wakeUnseen, cpuFrom }) =>
      of === tid && voluntary && !wakeUnseen && cpuFrom === CPU,
  );
  const depths = depthsIn(wakes);
  expect(depths.length).toBeGreaterThan(90);
  // The metric is of all waits, also of those after a preemption.
  const all = depthsIn(waits);
  const { run_queue_depth: inMetrics } = monitor.collector.metrics();
  expect(inMetrics).toMatchObject({ count: all.length, max: Math.max(...all) });
  return depths;
}

describe('run-queue depth', () => {
  it('counts those that are runnable when a thread is woken', async () => {
    const alone = await depthsOfSleeper();
    // Others of this host come and go: at times the CPU is nearly idle, at no time is it so full.
    expect(Math.min(...alone)).toBeLessThan(RIVALS);
    await using _rivals = await spawnRivals();
    const crowded = await depthsOfSleeper();
    // Each of them spins all the time, so none is ever missing.
    expect(Math.min(...crowded)).toBeGreaterThanOrEqual(RIVALS);
    expect(Math.min(...crowded) - RIVALS).toBeLessThan(RIVALS);
  });

  it('counts those that are runnable when a thread must leave', async () => {
    await using target = await spawnSpinner({ cpu: CPU });
    await using _rivals = await spawnRivals();
    using monitor = new Monitor([target.pid], RecordKind.Switch);
    target.begin();
    await target.running();
    await using rival = await spawnSpinner({ cpu: CPU, durationMs: 200 });
    rival.begin();
    await rival.report();
    const { tid } = await target.stop();
    monitor.session.flush();
    const lost = monitor.collector.snapshot({ tid }).filter(({ voluntary }) => !voluntary);
    expect(lost.length).toBeGreaterThan(0);
    for (const { runQueueDepth } of lost) expect(runQueueDepth).toBeGreaterThanOrEqual(RIVALS);
  });
});

describe("the preemptor's stack", () => {
  it('is that of the moment when it left the CPU', async (context) => {
    skipUnless(context, needs.realtime);
    await using target = await spawnSpinner({ cpu: CPU });
    await using hog = await spawnHog({ cpu: CPU, policy: 'fifo', count: 53 });
    using monitor = new Monitor([target.pid], RecordKind.Switch, { stacksFromNs: 100_000 });
    target.begin();
    await target.running();
    await hog.go();
    const { tid } = await target.stop();
    monitor.session.flush();
    const { collector } = monitor;
    const hits = collector
      .snapshot({ tid, includeStackTrace: true, minDurationUs: 900 })
      // Where a sandbox hides a switch, nobody saw the hog leave.
      .filter(({ switchedTo, returnUnseen }) => switchedTo?.tid === hog.tids[0] && !returnUnseen);
    expect(hits.length).toBeGreaterThan(0);
    // A hidden task may also come between the hog and the target: then the target's return was
    // seen, the hog's leaving was not. Most times nobody comes between.
    const ends = hits.flatMap(({ preemptorStack }) => preemptorStack ?? []);
    expect(ends.length).toBeGreaterThan(hits.length / 2);
    for (const { user, kernel } of ends) {
      expect(kernel.map(({ symbol }) => symbol)).toContain('schedule');
      // The target's own frames are those of its program.
      expect(user.length).toBeGreaterThan(0);
      expect(user.map(({ module }) => module).join()).not.toContain('spinner');
    }
    expect(collector.snapshot({ tid, limit: 1 })[0]).not.toHaveProperty('preemptorStack');
  });
});
