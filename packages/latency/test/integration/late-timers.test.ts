import { readFileSync } from 'node:fs';
import {
  allowedCpus,
  needs,
  skipUnless,
  spawnHog,
  spawnPeriodic,
  spawnSleeper,
  type Interval,
  type WakeUp,
} from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import type { LatencySpike } from '../../src/index.js';
import { Monitor, checkMost, partOf, timeOf } from '../support/monitor.js';

const [, cpu = 1] = allowedCpus();
const WAKE_UPS = 211;
/** Of a burst that the target has to wait for, ns. */
const LEAST_NS = 1e6;
const TIMERS = 12_000;
/** Of the time that one takes some is before the deadline. */
const LEAST_PER_TIMER_NS = 20;

/** By when each timer of the spikes was due, CLOCK_MONOTONIC ns. */
function byDueTime(spikes: readonly LatencySpike[]): ReadonlyMap<number, LatencySpike> {
  const found = new Map<number, LatencySpike>();
  for (const spike of spikes) {
    const timer = partOf(spike, 'late_wakeup')?.details.timer;
    if (timer !== undefined) found.set(timer.dueNs + spike.monotonicNs - spike.timestampNs, spike);
  }
  return found;
}

/** Due times that are neither a deadline, nor after one that had passed when the thread fell asleep. */
function unaskedFor(late: Iterable<number>, wakeUps: readonly WakeUp[], slackNs = 0): number[] {
  const due = new Set(wakeUps.map(({ deadlineNs }) => deadlineNs + slackNs));
  const isAfter = (dueNs: number) =>
    wakeUps.some(({ deadlineNs, wokenNs }) => dueNs > deadlineNs + slackNs && dueNs < wokenNs);
  return [...late].filter((dueNs) => !due.has(dueNs) && !isAfter(dueNs));
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
    expect(unaskedFor(late.keys(), wakeUps)).toEqual([]);
    // Not where the deadline had passed before it slept, or an interrupt had all of the time.
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

    expect(unaskedFor(late.keys(), wakeUps, slackNs)).toEqual([]);
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
      count: 0,
    });
    using monitor = new Monitor([target.pid]);
    hog.begin();
    await hog.running();
    const { tid, wakeUps } = await target.go();
    const { bursts } = await hog.stop();
    const spikes = monitor.spikes({ tid });

    const behind = wakeUps.filter(({ deadlineNs }, i) => {
      const asleep = i === 0 || wakeUps[i - 1]!.wokenNs < deadlineNs;
      const isInTime = ({ startNs, endNs }: Interval) =>
        deadlineNs > startNs && deadlineNs + LEAST_NS < endNs;
      return asleep && bursts.some(isInTime);
    });
    expect(behind.length).toBeGreaterThan(11);
    checkMost(behind, ({ deadlineNs, wokenNs }) => {
      const spike = spikes.find((each) => timeOf(each).startNs === deadlineNs)!;
      const lateNs = wokenNs - deadlineNs;
      expect(Math.abs(lateNs - spike.durationNs)).toBeLessThanOrEqual(
        Math.max(2000, 0.02 * lateNs),
      );
      expect(partOf(spike, 'run_queue_wait')!.ns).toBeGreaterThan(LEAST_NS / 2);
    });
  });

  it('leave to the interrupt that serves others first what it takes', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnSleeper({ cpu, count: 17, sleepUs: 40_000, timers: TIMERS });
    using monitor = new Monitor([target.pid]);
    const { tid, sleeps } = await target.go();
    const spikes = monitor.spikes({ tid });

    // The target gives the kernel 1 ns of slack.
    const delayed = sleeps.flatMap(({ deadlineNs, endNs }) => {
      const spike = spikes.find((each) => timeOf(each).startNs === deadlineNs + 1);
      return spike === undefined ? [] : [{ spike, lateNs: endNs - deadlineNs }];
    });
    expect(delayed.length).toBeGreaterThan(sleeps.length / 2);
    checkMost(delayed, ({ spike, lateNs }) => {
      const slackNs = Math.max(2000, 0.02 * lateNs);
      expect(Math.abs(lateNs - spike.durationNs)).toBeLessThanOrEqual(slackNs);
      // The interrupt had come before the deadline: nothing of the time until the wake-up is left.
      expect(partOf(spike, 'late_wakeup')?.details.timer).toBeUndefined();
      expect(partOf(spike, 'timer_tick')!.ns).toBeGreaterThan(TIMERS * LEAST_PER_TIMER_NS);
    });
  });
});
