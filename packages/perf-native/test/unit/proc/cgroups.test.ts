import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cgroups, cgroup2Mount, cpuCgroupMount } from '../../../src/proc/cgroups.js';

const ID = 'a'.repeat(64);

describe('cgroups by id', () => {
  let root: string;
  let nowMs = 0;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'hftmon-cgroups-'));
    mkdirSync(join(root, 'proc/self'), { recursive: true });
    mkdirSync(join(root, `cgroup/system.slice/docker-${ID}.scope`), { recursive: true });
    const options = 'rw,relatime shared:9 - cgroup2 cgroup2 rw';
    writeFileSync(
      join(root, 'proc/self/mountinfo'),
      `30 24 0:26 / ${root}/cgroup/cpu rw - cgroup cgroup rw,cpu\n31 24 0:27 / ${root}/cgroup ${options}\n`,
    );
    nowMs = 0;
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const inode = (path: string) => statSync(join(root, 'cgroup', path)).ino;
  const cgroups = () => new Cgroups(join(root, 'proc'), () => nowMs);

  it('finds path and container by inode', () => {
    const directory = cgroups();
    expect(directory.lookup(inode(''))).toEqual({ path: '/' });
    expect(directory.lookup(inode('system.slice'))).toEqual({ path: '/system.slice' });
    expect(directory.lookup(inode(`system.slice/docker-${ID}.scope`))).toEqual({
      path: `/system.slice/docker-${ID}.scope`,
      container: { runtime: 'docker', id: ID },
    });
  });

  it('looks again for what is new, not too often, and remembers what has gone', () => {
    const directory = cgroups();
    expect(directory.lookup(inode('system.slice'))).toBeDefined();
    mkdirSync(join(root, 'cgroup/late'));
    const late = inode('late');
    expect(directory.lookup(late)).toBeUndefined();
    nowMs = 1000;
    expect(directory.lookup(late)).toEqual({ path: '/late' });
    rmSync(join(root, 'cgroup/late'), { recursive: true });
    nowMs = 5000;
    expect(directory.lookup(123)).toBeUndefined();
    expect(directory.lookup(late)).toEqual({ path: '/late' });
  });

  it('knows none where no unified hierarchy is mounted', () => {
    writeFileSync(join(root, 'proc/self/mountinfo'), '');
    expect(cgroups().lookup(1)).toBeUndefined();
    expect(new Cgroups(join(root, 'nothing')).lookup(1)).toBeUndefined();
  });
});

describe('the mount of the unified hierarchy', () => {
  it.each([
    [
      '35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate',
      '/sys/fs/cgroup',
    ],
    ['35 24 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup rw', '/sys/fs/cgroup/unified'],
    ['35 24 0:30 / /a\\040b rw - cgroup2 cgroup rw', '/a b'],
    ['35 24 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu', undefined],
    ['', undefined],
  ])('%s', (mountinfo, expected) => expect(cgroup2Mount(mountinfo)).toBe(expected));
});

describe('the mount of the hierarchy with the CPU controller', () => {
  const unified = '35 24 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw';
  it.each([
    [[unified], '/sys/fs/cgroup/unified'],
    [[unified, '36 24 0:31 / /a\\040b rw - cgroup cgroup rw,cpu,cpuacct'], '/a b'],
    [[unified, '36 24 0:31 / /x rw - cgroup cgroup rw,cpuset'], '/sys/fs/cgroup/unified'],
    [[], undefined],
  ])('%j', (lines, expected) => expect(cpuCgroupMount(lines.join('\n'))).toBe(expected));
});
