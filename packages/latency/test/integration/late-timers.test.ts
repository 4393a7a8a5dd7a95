import { readFileSync } from 'node:fs';
import { allowedCpus, needs, skipUnless, spawnHog, spawnPeriodic } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import type { LatencySpike } from '../../src/index.js';
import { Monitor, checkMost, partOf, timeOf } from '../support/monitor.js';

const [, cpu = 1] = allowedCpus();
const WAKE_UPS = 211;
const MOST_OF_A_BURST_NS = 1e6;

/** By when each timer of the spikes was due, CLOCK_MONOTONIC ns. */
function byDueTime(spikes: readonly LatencySpike[]): ReadonlyMap<number, LatencySpike> {
  const found = new Map<number, LatencySpike>();
  for (const spike of spikes) {
    const timer = partOf(spike, 'late_wakeup')?.details.timer;
    if (timer !== undefined) found.set(timer.dueNs + spike.monotonicNs - spike.timestampNs, spike);
  }
  return found;
}

describe('late timers', () => {
  it('are due when a real-time thread asked to be woken, to the ns', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime);
    await using target = await spawnPeriodic({ cpu, policy: 'fifo', count: WAKE_UPS });
    using monitor = new Monitor([target.pid], { thresholdUs: 1 });
    const { tid, wakeUps, usage } = await target.go();
    const late = byDueTime(monitor.spikes({ tid }));

    let seen = 0;
    for (const { deadlineNs, wokenNs } of wakeUps) {
      const spike = late.get(deadlineNs);
      if (spike === undefined) continue;
      seen++;
      const { timer, ranNs } = partOf(spike, 'late_wakeup')!.details;
      expect(timer).toMatchObject({ slackNs: 0 });
      expect(timeOf(spike).startNs).toBe(deadlineNs);
      // Not the spike's end: an interrupt may have followed too closely to be another one.
      const epochNs = spike.monotonicNs - spike.timestampNs;
      expect(ranNs! + epochNs).toBeLessThanOrEqual(wokenNs);
    }
    expect(late.size).toBe(seen);
    // Where the deadline had passed before it slept, and where an interrupt had all of the time.
    expect(seen).toBeGreaterThan(usage.voluntary / 2);
  });

  it('are late by no part of the slack that the kernel was given', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnPeriodic({ cpu, count: WAKE_UPS });
    const slackNs = Number(readFileSync(`/proc/${target.pid}/timerslack_ns`, 'utf8'));
    expect(slackNs).toBeGreaterThan(0);
    using monitor = new Monitor([target.pid], { thresholdUs: 1 });
    const { tid, wakeUps } = await target.go();
    const late = byDueTime(monitor.spikes({ tid }));

    const due = new Set(wakeUps.map(({ deadlineNs }) => deadlineNs + slackNs));
    expect([...late.keys()].filter((dueNs) => !due.has(dueNs))).toEqual([]);
    if (late.size === 0) context.skip('no timer was later than the slack');
    for (const spike of late.values()) {
      expect(partOf(spike, 'late_wakeup')!.details.timer).toMatchObject({ slackNs });
    }
  });

  it('make the spike as long as the thread was late by its own clock', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime);
    await using target = await spawnPeriodic({ cpu, policy: 'fifo', prio: 10, count: WAKE_UPS });
    await using hog = await spawnHog({
      cpu,
      policy: 'fifo',
      prio: 20,
      burstUs: 3000,
      periodMs: 17,
      count: 23,
    });
    using monitor = new Monitor([target.pid]);
    const [{ tid, wakeUps }] = await Promise.all([target.go(), hog.go()]);
    const late = byDueTime(monitor.spikes({ tid }));

    const behind = wakeUps.filter(({ deadlineNs }) => {
      const spike = late.get(deadlineNs);
      return spike !== undefined && (partOf(spike, 'run_queue_wait')?.ns ?? 0) > MOST_OF_A_BURST_NS;
    });
    expect(behind.length).toBeGreaterThan(5);
    checkMost(behind, ({ deadlineNs, wokenNs }) => {
      const spike = late.get(deadlineNs)!;
      const lateNs = wokenNs - deadlineNs;
      expect(timeOf(spike).startNs).toBe(deadlineNs);
      expect(Math.abs(lateNs - spike.durationNs)).toBeLessThanOrEqual(
        Math.max(2000, 0.02 * lateNs),
      );
    });
  });
});
