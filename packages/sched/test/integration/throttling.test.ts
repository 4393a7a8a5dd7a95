import { beforeEach, describe, expect, it } from 'vitest';
import { allowedCpus, needs, skipUnless, spawnHog, spawnSpinner } from '@hftmon/testkit';
import { CpuGroup, needsCpuGroup } from '../support/cpu-group.js';
import { Monitor } from '../support/monitor.js';

beforeEach((context) => skipUnless(context, needs.bpf, needs.root));

const PERIOD_US = 20_000;

/** Little enough to be used up however many others want the CPU. */
const QUOTA_US = 1000;

/** A group that may use a twentieth of a CPU, in a group without a limit. */
function limited(version: 1 | 2, parent: CpuGroup): CpuGroup {
  const group = new CpuGroup(version, 'limited', parent);
  if (version === 2) return group.write('cpu.max', `${QUOTA_US} ${PERIOD_US}`);
  return group.write('cpu.cfs_period_us', PERIOD_US).write('cpu.cfs_quota_us', QUOTA_US);
}

describe('throttling by control groups', () => {
  it.for([1, 2] as const)('is counted in cgroup v%i', async (version, context) => {
    skipUnless(context, needsCpuGroup(version));
    const cpu = allowedCpus().at(-1)!;
    await using parent = new CpuGroup(version, 'unlimited');
    await using group = limited(version, parent);
    await using target = await spawnSpinner({ cpu, durationMs: 700 });
    group.add(target.pid);
    using monitor = new Monitor([target.pid]);
    const before = group.stat;
    target.begin();
    await target.report();
    const info = monitor.collector.throttling(target.pid)!;
    expect(info.source).toMatchObject({ ok: true, tier: 'procfs' });
    expect(info.cgroups.map(({ path }) => path)).toEqual([group.path, parent.path]);
    const [own, above] = info.cgroups;
    expect(own).toMatchObject({
      version,
      quotaUs: QUOTA_US,
      periodUs: PERIOD_US,
      ...group.stat,
    });
    expect(own!.tids).toEqual(expect.arrayContaining([...target.tids]));
    const { throttledPeriods, throttledUs } = own!.sinceFirstSeen;
    expect(throttledPeriods).toBe(group.stat.throttledPeriods - before.throttledPeriods);
    expect(throttledPeriods).toBeGreaterThan(10);
    expect(throttledUs).toBeCloseTo(group.stat.throttledUs - before.throttledUs, 3);
    expect(above!.quotaUs).toBeUndefined();
    expect(above!.sinceFirstSeen.throttledPeriods).toBe(0);
    expect(monitor.collector.metrics()).toMatchObject({
      cfs_throttled_periods: throttledPeriods,
      cfs_throttled_ns: throttledUs * 1e3,
    });
    // It is time that the thread was off the CPU and could have run.
    const spinner = monitor.collector.snapshot({ tid: target.tids[0]! })[0]!;
    expect(spinner.waitTimeUs).toBeGreaterThan(0.5 * throttledUs);
  });

  it('says what real-time threads may use', () => {
    using monitor = new Monitor([process.pid]);
    const { realtime } = monitor.collector.throttling()!;
    expect(realtime!.periodUs).toBeGreaterThan(0);
  });
});

describe('throttling of real-time threads', () => {
  it('is seen by who gets their CPU', async (context) => {
    skipUnless(context, needs.realtime, needsCpuGroup(1));
    const cpu = allowedCpus().at(-1)!;
    await using group = new CpuGroup(1, 'realtime');
    try {
      group.write('cpu.rt_period_us', 30_000).write('cpu.rt_runtime_us', 10_000);
    } catch (error) {
      context.skip(`needs real-time group scheduling (${(error as Error).message})`);
    }
    // However a burst lies to the periods, it cannot have more than 20 ms in 30.
    const bursts = { count: 5, burstUs: 30_000, periodMs: 100 };
    await using target = await spawnHog({ policy: 'fifo', cpu, ...bursts });
    group.add(target.pid);
    using monitor = new Monitor([target.pid]);
    const report = await target.go();
    monitor.session.flush();
    const hog = monitor.collector.snapshot({ tid: report.tid })[0]!;
    const [own] = monitor.collector.throttling(target.pid)!.cgroups;
    expect(own).toMatchObject({ realtime: { runtimeUs: 10_000, periodUs: 30_000 } });
    expect(hog.realtimeThrottled).toBeGreaterThanOrEqual(5);
    const lost = report.bursts.reduce(
      (sum, { startNs, endNs, cpuNs }) => sum + endNs - startNs - cpuNs,
      0,
    );
    expect(hog.realtimeThrottledUs! * 1e3).toBeGreaterThan(0.8 * lost);
    expect(monitor.collector.metrics()).toMatchObject({
      realtime_throttled: hog.realtimeThrottled,
    });
  });

  it('is not taken for preemption by stronger ones', async (context) => {
    skipUnless(context, needs.realtime);
    const cpu = allowedCpus().at(-1)!;
    await using target = await spawnHog({
      policy: 'fifo',
      prio: 10,
      cpu,
      burstUs: 10_000,
      count: 11,
    });
    await using other = await spawnHog({
      policy: 'fifo',
      prio: 20,
      cpu,
      burstUs: 2000,
      periodMs: 7,
      count: 31,
    });
    using monitor = new Monitor([target.pid]);
    const [report] = await Promise.all([target.go(), other.go()]);
    monitor.session.flush();
    const hog = monitor.collector.snapshot({ tid: report.tid })[0]!;
    expect(monitor.source.totals(target.pid).some((t) => t.involuntarySwitches > 0)).toBe(true);
    expect(hog.realtimeThrottled).toBe(0);
  });
});
