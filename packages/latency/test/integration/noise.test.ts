import { setTimeout as sleep } from 'node:timers/promises';
import { createProbeEnvironment } from '@hftmon/perf-native';
import {
  allowedCpus,
  listStayingThreads,
  needs,
  skipUnless,
  spawnHog,
  spawnSpinner,
} from '@hftmon/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  runNoiseProbe,
  type NoiseGap,
  type NoiseReport,
  type NoiseRunOptions,
} from '../../src/index.js';

const [, cpu = 1] = allowedCpus();

/** Runs the probe while something happens, and ends it then. */
async function probeDuring(
  happen: () => Promise<unknown>,
  options: Partial<NoiseRunOptions> = {},
): Promise<NoiseReport> {
  const end = new AbortController();
  let ready!: () => void;
  const running = new Promise<void>((resolve) => (ready = resolve));
  const report = runNoiseProbe({
    cpu,
    durationMs: 60_000,
    maxGaps: 1e5,
    ...options,
    signal: end.signal,
    onReady: ready,
  });
  await Promise.race([running, report]);
  await happen();
  end.abort();
  return report;
}

/** What holds for every report. */
function checkReport({ gaps, byCause, slots, durationNs, intervalNs, mode }: NoiseReport): void {
  expect(mode).toBe(intervalNs === 0 ? 'continuous' : 'periodic');
  expect(gaps.list.length + gaps.lost).toBe(gaps.count);
  if (gaps.lost === 0) expect(byCause.reduce((sum, { ns }) => sum + ns, 0)).toBe(gaps.ns);
  for (const { durationNs: ns, receipt } of gaps.list) {
    if (receipt === undefined) continue;
    expect(receipt.durationNs).toBe(ns);
    expect(receipt.parts.reduce((sum, part) => sum + part.ns, 0)).toBe(ns);
  }
  if (slots === undefined) return;
  expect(slots.sampled + slots.missed + slots.rested).toBe(slots.due);
  expect(slots.due).toBeGreaterThan((durationNs / intervalNs) * 0.999);
}

/** Time that a task had in a gap, ns. */
function takenBy({ receipt }: NoiseGap, tid: number): number {
  return (receipt?.parts ?? [])
    .flatMap((part) => (part.cause === 'preemption' ? part.details.by : []))
    .filter((task) => task.tid === tid)
    .reduce((sum, { ns }) => sum + ns, 0);
}

/** Time that a hypervisor had in a gap, ns. */
function stolenFrom({ receipt }: NoiseGap): number {
  return (receipt?.parts ?? [])
    .filter(({ cause }) => cause === 'steal')
    .reduce((sum, { ns }) => sum + ns, 0);
}

/** A gap's switches are counted by a system call after it: by then the next gap may have begun. */
const COUNTED_NS = 10_000;

/** Involuntary switches in a gap, also where they were counted with the one right before it. */
function switchesIn(gap: NoiseGap, heard: readonly NoiseGap[]): number {
  const counted = heard.filter(({ monotonicNs, durationNs }) => {
    const between = gap.monotonicNs - (monotonicNs + durationNs);
    return between >= 0 && between < COUNTED_NS;
  });
  return [gap, ...counted].reduce((sum, { involuntarySwitches }) => sum + involuntarySwitches, 0);
}

describe('the noise of a CPU', () => {
  beforeEach((context) => skipUnless(context, needs.cpus(2)));

  it.for([
    ['periodic', 1000],
    ['continuous', 0],
  ] as const)('names who preempted the probe, each time: %s', async ([, intervalNs], context) => {
    skipUnless(context, needs.bpf, needs.realtime);
    await using hog = await spawnHog({ cpu, policy: 'fifo', burstUs: 900, count: 17 });
    let bursts: Awaited<ReturnType<typeof hog.go>>['bursts'] = [];
    let hogTid = 0;
    const heard: NoiseGap[] = [];
    const report = await probeDuring(
      async () => {
        ({ bursts, tid: hogTid } = await hog.go());
      },
      { intervalNs, onGap: (gap) => heard.push(gap) },
    );
    checkReport(report);
    expect(report.kernelEvents.ok).toBe(true);
    expect(report.end).toBe('stopped');
    expect(heard.length).toBe(report.gaps.count - report.gaps.lost);
    let traced = 0;
    for (const burst of bursts) {
      const around = report.gaps.list.filter(
        ({ monotonicNs, durationNs }) =>
          monotonicNs <= burst.startNs && monotonicNs + durationNs >= burst.endNs,
      );
      expect(around, 'gaps around a burst').toHaveLength(1);
      const [gap] = around;
      expect(gap!.cpu).toBe(cpu);
      // Unless a hypervisor took more than the hog had, by its own account.
      if (stolenFrom(gap!) < burst.cpuNs) {
        const expected = { cause: 'preemption', causeClass: 'context_switch' };
        expect(gap, JSON.stringify(gap)).toMatchObject(expected);
      }
      expect(switchesIn(gap!, heard)).toBeGreaterThan(0);
      // A sandbox may keep the kernel from tracing the task that ran before or after the hog.
      if (gap!.estimated === true) continue;
      traced++;
      // The hog's account has the interrupts in it, too.
      expect(takenBy(gap!, hogTid)).toBeGreaterThan(burst.cpuNs * 0.5);
    }
    expect(traced, 'bursts that were traced as a whole').toBeGreaterThan(0);
    const preemption = report.byCause.find(({ cause }) => cause === 'preemption')!;
    expect(preemption.gaps).toBeGreaterThanOrEqual(bursts.length);
  });

  it('is left to hardware or hypervisor only where the kernel did nothing', async (context) => {
    skipUnless(context, needs.bpf);
    const report = await probeDuring(() => sleep(500));
    checkReport(report);
    for (const gap of report.gaps.list) {
      if (gap.cause !== 'hardware_or_hypervisor') continue;
      expect(gap.receipt?.parts.map(({ cause }) => cause)).toEqual(['unexplained']);
      expect(gap.involuntarySwitches + gap.minorFaults + gap.majorFaults).toBe(0);
      expect(gap.incomplete).toBeUndefined();
    }
    expect(report.hardware.stealNs.value).toBeGreaterThanOrEqual(0);
    const { smis } = report.hardware;
    expect(smis.value === undefined).toBe(!smis.support.ok);
  });

  it('is told without receipts where there are no kernel events', async () => {
    const bpf = { ok: false, code: 'HFTMON_E_X', reason: 'for a test', remedy: 'none' } as const;
    const environment = { ...createProbeEnvironment(), bpf };
    const report = await runNoiseProbe({
      cpu,
      durationMs: 300,
      intervalNs: 0,
      thresholdNs: 100,
      maxGaps: 1e6,
      environment,
    });
    checkReport(report);
    expect(report.end).toBe('done');
    expect(report.kernelEvents).toEqual(bpf);
    expect(report.gaps.count).toBeGreaterThan(0);
    for (const gap of report.gaps.list) {
      expect(gap.cause).toBe('unexplained');
      expect(gap.receipt).toBeUndefined();
    }
  });

  it('keeps the longest gaps, and adds up the others', async () => {
    const report = await runNoiseProbe({ cpu, durationMs: 300, thresholdNs: 100, maxGaps: 5 });
    const { count, list, longestNs, lost, ns } = report.gaps;
    expect(count).toBeGreaterThan(5);
    expect(list).toHaveLength(5);
    expect(Math.max(...list.map(({ durationNs }) => durationNs))).toBe(longestNs);
    expect(list).toEqual([...list].sort((a, b) => a.timestampNs - b.timestampNs));
    if (lost === 0) expect(report.byCause.reduce((sum, each) => sum + each.ns, 0)).toBe(ns);
  });

  it('is not looked for where a monitored thread is pinned, and nothing is left', async () => {
    const before = listStayingThreads(process.pid).length;
    await using target = await spawnSpinner({ cpu });
    target.begin();
    await target.running();
    const options = { cpu, durationMs: 1000, pids: [target.pid] };
    await expect(runNoiseProbe(options)).rejects.toMatchObject({ code: 'HFTMON_E_CPU_NEEDED' });
    await expect(runNoiseProbe({ ...options, maxGaps: 0 })).rejects.toMatchObject({
      code: 'HFTMON_E_CONFIG_INVALID',
    });
    expect(listStayingThreads(process.pid).length).toBe(before);
  });
});
