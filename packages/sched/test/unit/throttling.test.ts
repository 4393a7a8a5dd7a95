import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeRoots } from '@hftmon/testkit';
import { ThrottlingWatch, throttlingSupport } from '../../src/throttling/throttling-watch.js';

let roots: FakeRoots;
beforeEach(() => {
  roots = new FakeRoots();
});
afterEach(() => roots[Symbol.dispose]());

const watch = (): ThrottlingWatch => new ThrottlingWatch(roots.procRoot, roots.sysRoot);
const member = (pid: number, tid: number, cgroup: string): void =>
  void roots.write(`proc/${pid}/task/${tid}/cgroup`, cgroup);

/** A group of the second version, as in Documentation/admin-guide/cgroup-v2.rst. */
function v2(path: string, max: string, throttled: readonly [number, number, number]): void {
  const [periods, times, us] = throttled;
  roots.write(`sys/fs/cgroup${path}/cpu.max`, `${max}\n`);
  roots.write(
    `sys/fs/cgroup${path}/cpu.stat`,
    `usage_usec 12345\nuser_usec 12000\nsystem_usec 345\nnice_usec 0\n` +
      `nr_periods ${periods}\nnr_throttled ${times}\nthrottled_usec ${us}\nnr_bursts 0\nburst_usec 0\n`,
  );
}

/** A group of the first version, as in Documentation/scheduler/sched-bwc.rst. */
function v1(
  folder: string,
  path: string,
  quota: number,
  throttled: readonly [number, number, number],
): void {
  const place = `sys/fs/cgroup/${folder}${path}`;
  const [periods, times, ns] = throttled;
  roots.write(`${place}/cpu.cfs_quota_us`, `${quota}\n`);
  roots.write(`${place}/cpu.cfs_period_us`, '100000\n');
  roots.write(
    `${place}/cpu.stat`,
    `nr_periods ${periods}\nnr_throttled ${times}\nthrottled_time ${ns}\n`,
  );
}

describe('cgroup v2', () => {
  beforeEach(() => {
    roots.write('sys/fs/cgroup/cgroup.controllers', 'cpuset cpu io memory pids\n');
    v2('/a.slice', 'max 100000', [0, 0, 0]);
    v2('/a.slice/b.service', '50000 100000', [100, 7, 31_000]);
    member(5, 5, '0::/a.slice/b.service\n');
    member(5, 6, '0::/a.slice/b.service\n');
  });

  it('is read once for several lists of threads, whatever they share', () => {
    const reads: string[] = [];
    const watching = new ThrottlingWatch(roots.procRoot, roots.sysRoot, (path) => {
      reads.push(path);
      return readFileSync(path, 'utf8');
    });
    const threads = [5, 6].map((tid) => ({ pid: 5, tid }));
    const [all, own] = watching.infos([threads, threads]);
    expect(all).toEqual(own);
    expect(all!.cgroups.map(({ tids }) => tids)).toContainEqual([5, 6]);
    expect(reads).toHaveLength(2);
  });

  it('is read from the own group up to below the root', () => {
    const watching = watch();
    watching.look(5);
    v2('/a.slice/b.service', '50000 100000', [130, 12, 48_500]);
    const { cgroups, source } = watching.info([
      { pid: 5, tid: 5 },
      { pid: 5, tid: 6 },
    ]);
    expect(source).toEqual({ ok: true, tier: 'procfs', source: 'cpu.stat of cgroup v2' });
    expect(cgroups).toEqual([
      {
        path: '/a.slice/b.service',
        version: 2,
        quotaUs: 50_000,
        periodUs: 100_000,
        periods: 130,
        throttledPeriods: 12,
        throttledUs: 48_500,
        tids: [5, 6],
        sinceFirstSeen: { periods: 30, throttledPeriods: 5, throttledUs: 17_500 },
      },
      {
        path: '/a.slice',
        version: 2,
        periodUs: 100_000,
        periods: 0,
        throttledPeriods: 0,
        throttledUs: 0,
        tids: [5, 6],
        sinceFirstSeen: { periods: 0, throttledPeriods: 0, throttledUs: 0 },
      },
    ]);
  });

  it('is still told of a process that has ended', () => {
    const watching = watch();
    watching.look(5);
    v2('/a.slice/b.service', '50000 100000', [130, 12, 48_500]);
    rmSync(join(roots.procRoot, '5'), { recursive: true });
    const { cgroups } = watching.info([{ pid: 5, tid: 5 }]);
    expect(cgroups.map(({ path, tids, sinceFirstSeen }) => [path, tids, sinceFirstSeen])).toEqual([
      ['/a.slice/b.service', [], { periods: 30, throttledPeriods: 5, throttledUs: 17_500 }],
      ['/a.slice', [], { periods: 0, throttledPeriods: 0, throttledUs: 0 }],
    ]);
  });

  it('counts from the first look at a group, also of later ones', () => {
    const watching = watch();
    watching.look(5);
    v2('/c.slice', '50000 100000', [10, 2, 2000]);
    member(5, 5, '0::/c.slice\n');
    watching.look(5);
    v2('/c.slice', '50000 100000', [20, 5, 5500]);
    watching.look(5);
    rmSync(join(roots.procRoot, '5'), { recursive: true });
    expect(watching.info([{ pid: 5, tid: 5 }]).cgroups).toMatchObject([
      { path: '/c.slice', sinceFirstSeen: { periods: 10, throttledPeriods: 3, throttledUs: 3500 } },
    ]);
  });

  it('is told of a process that was moved as of where it is', () => {
    const watching = watch();
    watching.look(5);
    rmSync(join(roots.procRoot, '5/task/6'), { recursive: true });
    member(5, 5, '0::/a.slice\n');
    const { cgroups } = watching.info([
      { pid: 5, tid: 5 },
      { pid: 5, tid: 6 },
    ]);
    expect(cgroups.map(({ path, tids }) => [path, tids])).toEqual([['/a.slice', [5]]]);
  });

  it('may hold threads of one process in groups of their own', () => {
    v2('/a.slice/b.service/hot', '10000 20000', [1, 1, 5]);
    member(5, 6, '0::/a.slice/b.service/hot\n');
    const { cgroups } = watch().info([
      { pid: 5, tid: 5 },
      { pid: 5, tid: 6 },
    ]);
    expect(cgroups.map(({ path, tids }) => [path, tids])).toEqual([
      ['/a.slice/b.service', [5, 6]],
      ['/a.slice', [5, 6]],
      ['/a.slice/b.service/hot', [6]],
    ]);
  });

  it.each([
    ['the thread has ended', () => roots.remove('proc/5')],
    ['it is in the root', () => member(5, 5, '0::/\n')],
    [
      'it is outside of the namespace',
      () => {
        v2('/../other', '1000 2000', [1, 1, 1]);
        member(5, 5, '0::/../other\n');
      },
    ],
    ['the controller is not enabled', () => roots.remove('sys/fs/cgroup/a.slice')],
    [
      'files are rubbish',
      () =>
        roots
          .write('sys/fs/cgroup/a.slice/b.service/cpu.max', 'x\n')
          .remove('sys/fs/cgroup/a.slice/cpu.stat'),
    ],
  ])('has no groups to tell of when %s', (_what, change) => {
    change();
    expect(watch().info([{ pid: 5, tid: 5 }]).cgroups).toEqual([]);
  });

  it('is found beside the first version where the controller is its own', () => {
    roots
      .write('sys/fs/cgroup/unified/cgroup.controllers', 'cpu\n')
      .remove('sys/fs/cgroup/cgroup.controllers');
    expect(throttlingSupport(roots.sysRoot)).toMatchObject({ source: 'cpu.stat of cgroup v2' });
  });
});

describe('cgroup v1', () => {
  it.each(['cpu', 'cpu,cpuacct', 'cpuacct,cpu'])('is read where %s is mounted', (folder) => {
    v1(folder, '', -1, [0, 0, 0]);
    v1(folder, '/x', 30_000, [50, 20, 1_234_567]);
    roots.write(`sys/fs/cgroup/${folder}/x/cpu.rt_runtime_us`, '950000\n');
    roots.write(`sys/fs/cgroup/${folder}/x/cpu.rt_period_us`, '1000000\n');
    member(5, 5, `9:name=systemd:/s\n4:memory:/y\n1:${folder}:/x\n0::/z\n`);
    const { cgroups } = watch().info([{ pid: 5, tid: 5 }]);
    expect(cgroups).toMatchObject([
      {
        path: '/x',
        version: 1,
        quotaUs: 30_000,
        periodUs: 100_000,
        throttledPeriods: 20,
        throttledUs: 1234.567,
        realtime: { runtimeUs: 950_000, periodUs: 1_000_000 },
      },
    ]);
  });

  it('has no quota where it is unlimited', () => {
    v1('cpu', '', -1, [0, 0, 0]);
    v1('cpu', '/x', -1, [0, 0, 0]);
    member(5, 5, '1:cpu:/x\n');
    const [group] = watch().info([{ pid: 5, tid: 5 }]).cgroups;
    expect(group).not.toHaveProperty('quotaUs');
    expect(group).not.toHaveProperty('realtime');
  });
});

describe('a host without the controller', () => {
  it('says why', () => {
    member(5, 5, '0::/a\n');
    const { cgroups, source, realtime } = watch().info([{ pid: 5, tid: 5 }]);
    expect(cgroups).toEqual([]);
    expect(realtime).toBeUndefined();
    expect(source).toMatchObject({
      ok: false,
      code: 'HFTMON_E_UNSUPPORTED',
      reason: 'no cgroup hierarchy with the CPU controller is mounted',
    });
  });
});

describe('the limit of real-time threads', () => {
  it.each([
    ['950000', { runtimeUs: 950_000, periodUs: 1_000_000 }],
    ['-1', { periodUs: 1_000_000 }],
  ])('of %s is told', (runtime, expected) => {
    roots.write('proc/sys/kernel/sched_rt_runtime_us', `${runtime}\n`);
    roots.write('proc/sys/kernel/sched_rt_period_us', '1000000\n');
    expect(watch().info([]).realtime).toEqual(expected);
  });
});
