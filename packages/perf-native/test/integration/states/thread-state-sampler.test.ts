import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLinearHistogram, ThreadTotals } from '@hftmon/core';
import {
  allowedCpus,
  needs,
  skipUnless,
  spawnNicepair,
  spawnSleeper,
  spawnSpinner,
} from '@hftmon/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SampledState, SampledThread, ThreadStateSampler } from '../../../src/index.js';
import { ALL_KINDS, Monitor } from '../../support/monitor.js';

const [cpu = 0, targetCpu = 1] = allowedCpus();

beforeEach((context) => skipUnless(context, needs.bpf, needs.cpus(2)));

/** Samples until it is told to stop; its first sample has been taken. */
async function startSampling(
  monitor: Monitor,
  tids: readonly number[],
  intervalNs = 1000,
): Promise<ThreadStateSampler> {
  const options = { cpu, durationMs: 60_000, tids, intervalNs };
  const sampler = monitor.source.createThreadStateSampler(options);
  sampler.start();
  while (sampler.stats().samples === 0) await sleep(1);
  return sampler;
}

function share({ states }: SampledThread, ...names: readonly SampledState[]): number {
  return states
    .filter(({ state }) => names.includes(state))
    .reduce((sum, { share: part }) => sum + part, 0);
}

function spellsOf({ states }: SampledThread, name: SampledState): LogLinearHistogram {
  return states.find(({ state }) => state === name)!.spells;
}

/** Of shares: the sampler may be kept from its CPU for a while; the totals go on. */
function toleranceOf(sampler: ThreadStateSampler): number {
  const { missed, samples } = sampler.stats();
  return 0.05 + missed / (missed + samples);
}

function totalsOf(monitor: Monitor, pid: number, tid: number): ThreadTotals {
  return monitor.source.totals(pid).find((each) => each.tid === tid)!;
}

describe('sampled states', () => {
  it('are those of the exact totals, for threads that compete for a CPU', async () => {
    await using target = await spawnNicepair({ cpu: targetCpu, durationMs: 20_000 });
    using monitor = Monitor.start(ALL_KINDS, [target.pid]);
    target.begin();
    const tids = target.tids;
    // Both compete by now.
    while (tids.some((tid) => totalsOf(monitor, target.pid, tid).onCpuNs < 20e6)) await sleep(5);
    const before = tids.map((tid) => totalsOf(monitor, target.pid, tid));
    const sampler = await startSampling(monitor, tids);
    // Until each has waited from begin to end.
    const waits = (thread: SampledThread) => spellsOf(thread, 'waiting').count;
    while (sampler.threads().some((thread) => waits(thread) < 2)) await sleep(20);
    sampler.stop();
    const after = tids.map((tid) => totalsOf(monitor, target.pid, tid));
    const stats = sampler.stats();
    expect(stats.end).toBe('stopped');
    expect(stats.missed + stats.samples).toBeGreaterThan(1000);
    for (const [i, thread] of sampler.threads().entries()) {
      const wall = after[i]!.lifetimeNs - before[i]!.lifetimeNs;
      const onCpu = (after[i]!.onCpuNs - before[i]!.onCpuNs) / wall;
      const waited = (after[i]!.runQueueNs - before[i]!.runQueueNs) / wall;
      expect(thread.tid).toBe(tids[i]);
      expect(thread.samples).toBe(stats.samples);
      expect(share(thread, 'exited', 'unknown')).toBe(0);
      const tolerance = toleranceOf(sampler);
      expect(Math.abs(share(thread, 'running', 'interrupted', 'faulting') - onCpu)).toBeLessThan(
        tolerance,
      );
      expect(Math.abs(share(thread, 'waiting') - waited)).toBeLessThan(tolerance);
      expect(spellsOf(thread, 'waiting').max!).toBeLessThanOrEqual(stats.durationNs);
    }
  });

  it('of a sleeper are blocked, for as long as it sleeps at a time', async () => {
    await using target = await spawnSleeper({ cpu: targetCpu, sleepUs: 5000, count: 20_011 });
    using monitor = Monitor.start(ALL_KINDS, [target.pid]);
    target.begin();
    const tid = target.tids[0]!;
    while (totalsOf(monitor, target.pid, tid).voluntarySwitches < 3) await sleep(5);
    const sampler = await startSampling(monitor, [tid], 10_000);
    const before = totalsOf(monitor, target.pid, tid);
    const wall = () => totalsOf(monitor, target.pid, tid).lifetimeNs - before.lifetimeNs;
    const spells = () => spellsOf(sampler.threads()[0]!, 'blocked').count;
    while (spells() < 23 || wall() < 500e6) await sleep(20);
    sampler.close();
    const after = totalsOf(monitor, target.pid, tid);
    const [thread] = sampler.threads();
    const blocked = thread!.states.find(({ state }) => state === 'blocked')!;
    const asleep = ({ offCpuNs, runQueueNs }: ThreadTotals) => offCpuNs - runQueueNs;
    const slept = (asleep(after) - asleep(before)) / (after.lifetimeNs - before.lifetimeNs);
    expect(Math.abs(blocked.share - slept)).toBeLessThan(toleranceOf(sampler));
    // A sleep is never shorter than asked for, but for what the grain takes at both ends.
    expect(blocked.spells.percentile(50)!).toBeGreaterThan(4e6);
  });

  it('of a thread without an event are unknown, and of an ended one exited', async () => {
    await using target = await spawnSleeper({ cpu: targetCpu, sleepUs: 1000, count: 3 });
    using monitor = Monitor.start(ALL_KINDS, [target.pid]);
    const tid = target.tids[0]!;
    const sampler = await startSampling(monitor, [tid]);
    await sleep(20);
    expect(sampler.threads()[0]!.state).toBe('unknown');
    target.begin();
    process.kill(target.pid, 'SIGKILL');
    while (sampler.threads()[0]!.state !== 'exited') await sleep(5);
    sampler.close();
  });

  it('end with the session, as nothing changes any more', async () => {
    await using target = await spawnSpinner({ cpu: targetCpu });
    using monitor = Monitor.start(ALL_KINDS, [target.pid]);
    const sampler = await startSampling(monitor, target.tids);
    monitor.stop();
    expect(sampler.ended).toBe(true);
    const { samples } = sampler.stats();
    monitor.source.close();
    expect(sampler.threads()[0]!.samples).toBe(samples);
    sampler.close();
    expect(sampler.stats().samples).toBe(samples);
  });

  it('are those of followed threads alone', async () => {
    using monitor = Monitor.start(ALL_KINDS, [process.pid]);
    const options = { cpu, durationMs: 1000, tids: [1] };
    expect(() => monitor.source.createThreadStateSampler(options)).toThrowError(
      expect.objectContaining({ code: 'HFTMON_E_THREAD_NOT_FOUND', tid: 1 }),
    );
    expect(() => monitor.source.createThreadStateSampler({ ...options, tids: [] })).toThrowError(
      expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' }),
    );
  });
});
