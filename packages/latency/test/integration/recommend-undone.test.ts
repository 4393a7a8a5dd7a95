import { execSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { readIrqAffinity } from '@hftmon/perf-native';
import {
  allowedCpus,
  needs,
  skipUnless,
  spawnHog,
  spawnSpinner,
  spawnThrottled,
} from '@hftmon/testkit';
import { describe, expect, it, vi } from 'vitest';
import type { LatencyRecommendation, LatencySpike } from '../../src/index.js';
import { CauseTally } from '../../src/recommend/cause-tally.js';
import { recommend } from '../../src/recommend/recommend.js';
import { TuningHost } from '../../src/recommend/tuning-host.js';
import { Monitor, partsOf } from '../support/monitor.js';

const [, cpu = 1] = allowedCpus();
const PERIOD_US = 50_000;
/** Only what never comes takes that long, ms. */
const PATIENCE_MS = 60_000;

function adviceOf(monitor: Monitor, rule: string): LatencyRecommendation | undefined {
  return monitor.collector.recommendations().find((advice) => advice.rule === rule);
}

describe('a recommendation that is followed and taken back', () => {
  it('lifts a quota: nothing is throttled until it is there again, as it was', async (context) => {
    skipUnless(context, needs.bpf, needs.cgroup('cpu'));
    await using target = await spawnThrottled({ cpu, count: 61, periodUs: PERIOD_US });
    using monitor = new Monitor([target.pid]);
    const throttled = () => partsOf(monitor.spikes(), 'throttled').length;
    const work = target.go();
    const advice = await vi.waitUntil(
      () => (throttled() >= 7 ? adviceOf(monitor, 'raise-quota') : undefined),
      { timeout: PATIENCE_MS },
    );
    const file = advice.command!.split(' > ')[1]!;
    const before = readFileSync(file, 'utf8');
    execSync(advice.command!);
    // The period that is under way may have been used up.
    await periods(2);
    const lifted = throttled();
    await periods(13);
    expect(throttled()).toBe(lifted);
    expect(adviceOf(monitor, 'raise-quota')).toBeUndefined();
    execSync(advice.undo!);
    expect(readFileSync(file, 'utf8')).toBe(before);
    await vi.waitUntil(() => throttled() > lifted + 3, { timeout: PATIENCE_MS });
    await work;
  });

  it('moves a task, and lets it back', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime, needs.cpus(2), needs.tool('taskset'));
    await using target = await spawnSpinner({ cpu });
    const options = { cpu, policy: 'fifo', burstUs: 2000, periodMs: 10, count: 0 } as const;
    await using hog = await spawnHog(options);
    execSync(`taskset -acp ${cpu} ${target.pid}`);
    using monitor = new Monitor([target.pid]);
    target.begin();
    await target.running();
    hog.begin();
    await hog.running();
    const moves = () =>
      monitor.collector
        .recommendations()
        .find(({ rule, summary }) => rule === 'move-culprit' && summary.startsWith('hog '));
    const advice = await vi.waitUntil(moves, { timeout: PATIENCE_MS });
    const tid = advice.command!.split(' ').at(-1)!;
    const before = allowedOf(tid);
    execSync(advice.command!);
    expect(allowedOf(tid)).not.toBe(before);
    expect(allowedOf(tid).split(/[,-]/)).not.toContain(String(cpu));
    expect(moves()).toBeUndefined();
    execSync(advice.undo!);
    expect(allowedOf(tid)).toBe(before);
    await hog.stop();
    await target.stop();
  });

  it('sends an interrupt of this host elsewhere, and back', async (context) => {
    const irq = movableIrq();
    skipUnless(context, needs.root, needs.cpus(2));
    if (irq === undefined)
      return context.skip('no interrupt of this host goes to one CPU and can be moved');
    const [home] = irq.effective!;
    await using target = await spawnSpinner({ cpu: home! });
    execSync(`taskset -acp ${home} ${target.pid}`);
    const file = `/proc/irq/${irq.irq}/smp_affinity_list`;
    const advice = adviceOn(byIrq(irq.irq), target.pid, home!);
    expect(advice).toMatchObject({ rule: 'move-irq' });
    const during = followed(advice!, () => readFileSync(file, 'utf8'));
    expect(during.trim().split(/[,-]/)).not.toContain(String(home));
  });

  it.for([
    [
      'raise-realtime-share',
      '/proc/sys/kernel/sched_rt_runtime_us',
      'throttled',
      { limits: [{ type: 'realtime', ns: 90_000, count: 1 }] },
    ],
    [
      'defer-compaction',
      '/sys/kernel/mm/transparent_hugepage/defrag',
      'compaction',
      { pages: 512, order: 9, blockedNs: 0, count: 1 },
    ],
    [
      'stop-balancing',
      '/proc/sys/kernel/numa_balancing',
      'numa_migration',
      { by: [{ reason: 'numa_balancing', pages: 3, ns: 90_000, count: 1 }], blockedNs: 0 },
    ],
  ] as const)(
    '%s sets the host, and puts it back',
    async ([rule, file, cause, details], context) => {
      skipUnless(context, needs.root);
      await using target = await spawnSpinner({ cpu });
      const advice = adviceOn({ cause, details }, target.pid, cpu);
      if (advice === undefined) return context.skip(`${file} is not there, or is set so already`);
      expect(advice.rule).toBe(rule);
      followed(advice, () => readFileSync(file, 'utf8'));
    },
  );

  it('steers packets elsewhere, and back', async (context) => {
    const file = '/sys/class/net/lo/queues/rx-0/rps_cpus';
    skipUnless(context, needs.root, needs.cpus(2));
    const original = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    if (original === undefined) return context.skip('lo has no receive queue');
    await using target = await spawnSpinner({ cpu });
    execSync(`taskset -acp ${cpu} ${target.pid}`);
    const details = { vectors: [{ vector: 3, name: 'NET_RX', ns: 90_000, count: 1 }] };
    try {
      writeFileSync(file, (1 << cpu).toString(16));
      const advice = adviceOn({ cause: 'softirq', details }, target.pid, cpu);
      expect(advice).toMatchObject({ rule: 'steer-packets' });
      followed(advice!, () => readFileSync(file, 'utf8'));
    } finally {
      writeFileSync(file, original);
    }
  });

  it('pins a thread, and lets it roam again', async (context) => {
    skipUnless(context, needs.cpus(2), needs.tool('taskset'));
    await using target = await spawnSpinner({ cpu });
    const { pid } = target;
    const details = { from: 0, to: cpu, count: 1 };
    const advice = adviceOn({ cause: 'migration', details }, pid, cpu);
    // Of the two threads, the first may go everywhere, and the other one is pinned.
    expect(advice).toBeUndefined();
    execSync(`taskset -acp ${allowedCpus().join(',')} ${pid}`);
    const now = adviceOn({ cause: 'migration', details }, pid, cpu);
    expect(now).toMatchObject({ rule: 'pin-thread', command: `taskset -cp ${cpu} ${pid}` });
    followed(now!, () => allowedOf(String(pid)));
  });

  it.for(['', '-R '])('raises a priority, and puts it back (chrt %s-f)', async (reset, context) => {
    skipUnless(context, needs.realtime, needs.cpus(2), needs.tool('chrt'), needs.tool('taskset'));
    await using target = await spawnSpinner({ cpu });
    const { pid } = target;
    // No other thread of it is to be pinned where the stronger one is. It has not begun to spin.
    execSync(`taskset -acp ${allowedCpus().join(',')} ${pid}`);
    execSync(`chrt ${reset}-f -p 1 ${pid}`);
    const culprit = { tid: 2 ** 22 + 1, comm: 'gone', ns: 90_000, count: 1 };
    const by = [{ ...culprit, policy: 'SCHED_FIFO', priority: 79 }];
    const advice = adviceOn(
      { cause: 'preemption', details: { by, count: 1, cpu, inKernel: false } },
      pid,
      cpu,
    );
    expect(advice).toMatchObject({
      rule: 'raise-priority',
      command: `chrt ${reset}-f -p 21 ${pid}`,
    });
    const policy = () => execSync(`chrt -p ${pid}`, { encoding: 'utf8' });
    expect(followed(advice!, policy).includes('RESET_ON_FORK')).toBe(reset !== '');
  });

  it('leaves an interrupt alone that the kernel keeps where it is', async (context) => {
    const kept = irqs().find(({ movable, effective }) => !movable && effective?.length === 1);
    if (kept === undefined) return context.skip('the kernel manages no interrupt of this host');
    const [home] = kept.effective!;
    await using target = await spawnSpinner({ cpu: home! });
    execSync(`taskset -acp ${home} ${target.pid}`);
    expect(adviceOn(byIrq(kept.irq), target.pid, home!)).toBeUndefined();
  });
});

function allowedOf(tid: string): string {
  return /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(`/proc/${tid}/status`, 'utf8'))![1]!;
}

/** Lets some periods of the quota pass, in which nothing happens that could be waited for. */
function periods(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, (count * PERIOD_US) / 1000));
}

function irqs() {
  return readdirSync('/proc/irq')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readIrqAffinity(Number(name)) ?? []);
}

function movableIrq() {
  const online = allowedCpus().length;
  return irqs().find(
    ({ movable, effective, allowed }) =>
      movable && effective?.length === 1 && allowed.length === online,
  );
}

/** Runs the command and what takes it back, as they stand. @returns the state in between */
function followed({ command, undo }: LatencyRecommendation, state: () => string): string {
  const before = state();
  let during = before;
  try {
    execSync(command!);
    during = state();
  } finally {
    execSync(undo!);
  }
  expect(during).not.toBe(before);
  expect(state()).toBe(before);
  return during;
}

interface LostTo {
  readonly cause: string;
  readonly details: object;
}

function byIrq(irq: number): LostTo {
  return { cause: 'hard_irq', details: { irqs: [{ irq, name: 'device', ns: 90_000, count: 3 }] } };
}

/** What is said on this host of a thread that lost time so. */
function adviceOn(lost: LostTo, pid: number, home: number): LatencyRecommendation | undefined {
  const tally = new CauseTally();
  const parts = [{ ...lost, causeClass: 'unknown', ns: 90_000 }];
  const receipt = { durationNs: 90_000, parts, unexplainedNs: 0 };
  const spike = { id: 1, pid, tid: pid, cpu: home, durationNs: 90_000, receipt };
  tally.add(spike as unknown as LatencySpike);
  const host = new TuningHost({ procRoot: '/proc', sysRoot: '/sys', targets: [pid] });
  return recommend(tally, host)[0];
}
