import { execSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  allowedCpus,
  needs,
  skipUnless,
  spawnHog,
  spawnNetload,
  spawnSpinner,
} from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import type { LatencyRecommendation } from '../../src/index.js';
import { Monitor, takenBy } from '../support/monitor.js';

const [, secondCpu = 1] = allowedCpus();
const cpu = secondCpu;

describe('a recommendation', () => {
  it('names who takes the CPU, and its command puts an end to that', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime, needs.cpus(2), needs.tool('taskset'));
    await using target = await spawnSpinner({ cpu });
    // Real-time ones, so that they have the CPU when they want it, whatever else the host does.
    const options = { cpu, policy: 'fifo', burstUs: 2000, periodMs: 10 } as const;
    await using hog = await spawnHog({ ...options, count: 0 });
    // Softirqs beside it, on the same CPU.
    await using packets = await spawnNetload({ cpu, count: 503, gapUs: 0 });
    // Its first thread too, which else may be the one that loses most, and is free to go elsewhere.
    execSync(`taskset -acp ${cpu} ${target.pid}`);
    using monitor = new Monitor([target.pid]);
    target.begin();
    await target.running();
    hog.begin();
    await hog.running();
    await packets.go();
    const told = await adviceOn(monitor);
    const spikesBefore = monitor.spikes();

    expect(told).toMatchObject({ rule: 'move-culprit', pid: target.pid });
    expect(told.command).toMatch(/^taskset -cp [\d,-]+ \d+$/);
    execSync(told.command!);
    const movedNs = Number(process.hrtime.bigint());
    // A second of it, elsewhere.
    await sleep(1000);
    const { bursts, tid: hogTid } = await hog.stop();
    expect(told.command!.endsWith(` ${hogTid}`)).toBe(true);
    await target.stop();

    const before = bursts.filter(({ endNs }) => endNs < movedNs);
    const after = bursts.filter(({ startNs }) => startNs > movedNs);
    expect(before.length).toBeGreaterThan(0);
    expect(after.length).toBeGreaterThan(53);
    const hit = monitor.spikes().filter((spike) => takenBy([spike], hogTid) > 0);
    expect(hit.length).toBeGreaterThan(0);
    const hitAfter = hit.filter(({ monotonicNs }) => monotonicNs > movedNs);
    expect(hitAfter.length / after.length).toBeLessThan(0.05);
    expect(told.lostNs).toBeLessThanOrEqual(takenBy(spikesBefore, hogTid) * 1.01);
  });
});

/** What is said when the hog has been at work for a while. */
async function adviceOn(monitor: Monitor): Promise<LatencyRecommendation> {
  let spikes = 0;
  await new Promise<void>((resolve) => {
    monitor.collector.onSpike((spike) => {
      const isByHog = spike.receipt.parts.some(
        ({ cause, details }) =>
          cause === 'preemption' && details.by.some(({ comm }) => comm === 'hog'),
      );
      if (isByHog && ++spikes === 31) resolve();
    });
  });
  const all = monitor.collector.recommendations();
  const onHog = all.find(({ summary }) => summary.startsWith('hog '));
  expect(onHog, JSON.stringify(all)).toBeDefined();
  // On a busy host others may take more: then they have to be what comes before it.
  for (const other of all.slice(0, all.indexOf(onHog!))) {
    expect(other.lostNs).toBeGreaterThanOrEqual(onHog!.lostNs);
    expect(other.rule).toMatch(/^(move-culprit|raise-priority|isolate-cpu)$/);
  }
  return onHog!;
}
