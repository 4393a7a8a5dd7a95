import { describe, expect, it } from 'vitest';
import { FileHold } from '@hftmon/perf-native';
import { listFds, loadHost, type FakeRoots } from '@hftmon/testkit';
import { ownMark } from '../../../src/files/process-mark.js';
import { readNumaHost } from '../../../src/host/numa-host.js';
import { groupName, ownerOf } from '../../../src/resctrl/group-name.js';
import { removeLeftoverGroups } from '../../../src/resctrl/leftovers.js';
import { findResctrl } from '../../../src/resctrl/resctrl-mount.js';
import { ResctrlTraffic } from '../../../src/resctrl/target-traffic.js';
import { FakeResctrl } from '../../support/fake-resctrl.js';

const TARGET = { pid: 4242, comm: 'strategy', startTimeTicks: 1, attachedNs: 0 };

function host(): FakeRoots {
  return loadHost('icelake-2s').write('proc/4242/cpu_resctrl_groups', 'res:/\nmon:\n');
}

function trafficOn(roots: FakeRoots, files = new FakeResctrl(roots)) {
  const { procRoot, sysRoot } = roots;
  const traffic = new ResctrlTraffic(files, procRoot, sysRoot, readNumaHost(sysRoot));
  return {
    files,
    traffic,
    folder: `${sysRoot}/fs/resctrl/mon_groups/${groupName(ownMark(), 4242)}`,
  };
}

describe('resctrl', () => {
  it('is used where it is mounted and counts traffic', () => {
    using roots = host();
    const files = new FakeResctrl(roots);
    const { procRoot, sysRoot } = roots;
    expect(findResctrl(files, procRoot, sysRoot)).toEqual({
      ok: true,
      folder: `${sysRoot}/fs/resctrl`,
    });
    roots.write('proc/mounts', 'sysfs /sys sysfs rw 0 0\n');
    roots.write('proc/filesystems', 'nodev\tresctrl\n');
    expect(findResctrl(files, procRoot, sysRoot)).toMatchObject({
      ok: false,
      remedy: 'sudo mount -t resctrl resctrl /sys/fs/resctrl',
    });
    roots.write('proc/filesystems', 'nodev\ttmpfs\n');
    expect(findResctrl(files, procRoot, sysRoot)).toMatchObject({
      reason: expect.stringContaining('no resctrl'),
    });
  });

  it('counts the traffic of all threads of a target, by node', () => {
    using roots = host();
    const { files, traffic, folder } = trafficOn(roots);
    traffic.attach(TARGET);
    expect([...files.tasks.values()]).toEqual([['4242', '4243', '4244']]);
    traffic.poll(0);
    expect(traffic.from(0).support.ok).toBe(false);
    files.setBytes(folder, 1_000_000, 5_000_000);
    traffic.poll(2e9);
    for (const node of [0, 1]) {
      expect(traffic.from(node)).toMatchObject({
        value: { localMbPerSec: 0.5, totalMbPerSec: 2.5 },
        support: { ok: true, tier: 'hardware' },
      });
    }
    traffic.close();
    expect(files.tasks.size).toBe(0);
    expect(files.list(`${roots.sysRoot}/fs/resctrl/mon_groups`)).toEqual([]);
  });

  it('has no figures of targets that have left', () => {
    using roots = host();
    const { files, traffic, folder } = trafficOn(roots);
    traffic.attach(TARGET);
    traffic.poll(0);
    files.setBytes(folder, 1_000_000, 5_000_000);
    traffic.poll(1e9);
    expect(traffic.from(0).value).toEqual({ localMbPerSec: 1, totalMbPerSec: 5 });
    traffic.detach(TARGET);
    traffic.poll(2e9);
    expect(traffic.from(0)).toMatchObject({
      value: undefined,
      support: { ok: false, reason: expect.stringContaining('no target') },
    });
    traffic.close();
  });

  it('leaves out a domain whose counter the kernel cannot read', () => {
    using roots = host();
    const { files, traffic, folder } = trafficOn(roots);
    traffic.attach(TARGET);
    traffic.poll(0);
    files.setBytes(folder, 1_000_000, 5_000_000);
    const data = `sys/fs/resctrl/mon_groups/${groupName(ownMark(), 4242)}/mon_data`;
    roots.write(`${data}/mon_L3_01/mbm_total_bytes`, 'Unavailable\n');
    traffic.poll(1e9);
    expect(traffic.from(0).value).toEqual({ localMbPerSec: 1, totalMbPerSec: 5 });
    expect(traffic.from(1).value).toBeUndefined();
    traffic.close();
  });

  it('says why there is no group', () => {
    using roots = host();
    const full = new FakeResctrl(roots);
    full.free = 0;
    const { traffic } = trafficOn(roots, full);
    traffic.attach(TARGET);
    expect(traffic.from(0).support).toMatchObject({ reason: expect.stringContaining('RMID') });
    roots.write('proc/4242/cpu_resctrl_groups', 'res:/\nmon:other\n');
    const taken = trafficOn(roots);
    taken.traffic.attach(TARGET);
    expect(taken.traffic.from(0).support).toMatchObject({
      reason: expect.stringContaining('group other of somebody else'),
    });
    expect(taken.files.tasks.size).toBe(0);
  });

  it('counts the targets that have a group, and says which are missing', () => {
    using roots = host();
    const { files, traffic, folder } = trafficOn(roots);
    traffic.attach(TARGET);
    traffic.attach({ ...TARGET, pid: 4300 });
    traffic.poll(0);
    files.setBytes(folder, 1_000_000, 5_000_000);
    traffic.poll(1e9);
    expect(traffic.from(0)).toMatchObject({
      value: { localMbPerSec: 1, totalMbPerSec: 5 },
      support: {
        ok: true,
        degraded: expect.stringMatching(/^1 processes are not counted: .*4300/),
      },
    });
    traffic.detach({ ...TARGET, pid: 4300 });
    expect(traffic.from(0).support).not.toHaveProperty('degraded');
    traffic.close();
  });

  it('makes the group within the control group of the process, and counts refused threads', () => {
    using roots = host();
    roots.write('proc/4242/cpu_resctrl_groups', 'res:/fast\nmon:\n');
    const { files, traffic } = trafficOn(roots);
    files.elsewhere.add('4243');
    traffic.attach(TARGET);
    expect(files.list(`${roots.sysRoot}/fs/resctrl/fast/mon_groups`)).toEqual([
      groupName(ownMark(), 4242),
    ]);
    expect([...files.tasks.values()]).toEqual([['4242', '4244']]);
    traffic.poll(0);
    traffic.poll(1e9);
    expect(traffic.from(0).support).toMatchObject({
      degraded: expect.stringContaining('1 threads'),
    });
    traffic.close();
  });

  it('removes the groups of dead monitors, and no others', () => {
    using roots = host();
    roots.write('proc/777/stat', `777 (node) S ${'0 '.repeat(18)}99 0\n`);
    const files = new FakeResctrl(roots);
    const folder = `${roots.sysRoot}/fs/resctrl`;
    const group = (pid: number, startTimeTicks: number) => groupName({ pid, startTimeTicks }, 1);
    const names = [group(777, 99), group(777, 98), group(778, 5), 'hftmon-notes', 'other'];
    for (const parent of ['', '/fast']) {
      for (const name of names) files.setBytes(`${folder}${parent}/mon_groups/${name}`, 0, 0);
    }
    trafficOn(roots, files).traffic.close();
    for (const parent of ['', '/fast']) {
      expect(files.list(`${folder}${parent}/mon_groups`).sort()).toEqual(
        [group(777, 99), 'hftmon-notes', 'other'].sort(),
      );
    }
  });
});

describe('a group of a monitor in another pid namespace', () => {
  it('is held as long as that lives', () => {
    using roots = host();
    const { traffic, folder } = trafficOn(roots);
    traffic.attach(TARGET);
    expect(FileHold.take(folder)).toBe('held');
    const files = new FakeResctrl(roots);
    // The fake /proc has no such pid.
    removeLeftoverGroups(files, `${roots.sysRoot}/fs/resctrl`, roots.procRoot);
    expect(files.list(`${roots.sysRoot}/fs/resctrl/mon_groups`)).toHaveLength(1);
    traffic.close();
    expect(FileHold.take(folder)).toBe('gone');
    const open = [...listFds(process.pid).values()];
    expect(open.filter((path) => path.startsWith(folder))).toEqual([]);
  });
});

it('a new group that another monitor takes for a left-over is not counted with', () => {
  using roots = host();
  const taken: unknown[] = [];
  class TakenAway extends FakeResctrl {
    override makeFolder(path: string): string | undefined {
      const failure = super.makeFolder(path);
      taken.push(FileHold.take(path));
      return failure;
    }
  }
  const { traffic, files } = trafficOn(roots, new TakenAway(roots));
  traffic.attach(TARGET);
  expect(traffic.from(0).support).toMatchObject({
    ok: false,
    reason: expect.stringContaining('another monitor took'),
  });
  expect([...files.tasks.values()]).toEqual([[]]);
  const [hold] = taken;
  (hold as FileHold).release();
  traffic.close();
});

describe('name of a group', () => {
  it('tells who made it', () => {
    const mark = { pid: 4711, startTimeTicks: 1234 };
    expect(ownerOf(groupName(mark, 99))).toEqual(mark);
    for (const name of ['other', 'hftmon-1-2', 'hftmon-a-2-3', 'x-hftmon-1-2-3']) {
      expect(ownerOf(name)).toBeUndefined();
    }
  });
});
