import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeRoots } from '@hftmon/testkit';
import type { PmuKernel } from '../../../src/pmu/kernel.js';
import { readPerfPermission } from '../../../src/pmu/permission.js';
import { resolvePmu } from '../../../src/pmu/resolve.js';
import { environmentOf, writePmu, x86Cpuinfo } from '../../support/pmu-host.js';

const EACCES = -13;
const EPERM = -1;
const ENOSYS = -38;

/** A kernel that answers the same to every event of user space, and of both. */
const answering = (user: number, both = user): PmuKernel => ({
  tryGroup: (_, excludeKernel) => (excludeKernel ? user : both),
});

describe('readPerfPermission', () => {
  let roots: FakeRoots;
  beforeEach(() => {
    roots = new FakeRoots();
    roots.write('proc/cpuinfo', x86Cpuinfo('GenuineIntel', 6, 0x6a));
    roots.write('proc/self/status', 'Name:\tnode\nSeccomp:\t0\nSeccomp_filters:\t0\n');
    writePmu(roots, 'cpu', 4);
  });
  afterEach(() => roots.dispose());

  const at = (level: number, kernel?: PmuKernel, capabilities: readonly string[] = []) => {
    roots.write('proc/sys/kernel/perf_event_paranoid', `${level}\n`);
    return readPerfPermission(environmentOf(roots, capabilities), kernel);
  };

  it.each([-1, 0, 1, 2, 3, 4])('believes the kernel, not level %i', (level) => {
    expect(at(level, answering(0))).toEqual({});
    expect(at(level, answering(0, EACCES)).userSpaceAlone).toContain('user space alone');
    expect(at(level, answering(EACCES)).denied).toMatchObject({ code: 'HFTMON_E_NOT_PERMITTED' });
  });

  it('does not believe capabilities, which mean nothing in a user namespace', () => {
    const all = ['CAP_PERFMON', 'CAP_SYS_ADMIN'];
    expect(at(2, answering(0, EACCES), all).userSpaceAlone).toContain('paranoid is 2');
  });

  it('counts user space at level 3 of a kernel that takes it for 2', () => {
    at(3);
    const userSpace = answering(0, EACCES);
    const { metrics, excludeKernel } = resolvePmu(environmentOf(roots, []), userSpace);
    expect(excludeKernel).toBe(true);
    expect(metrics.get('cycles')!.support).toMatchObject({
      ok: true,
      degraded: expect.stringContaining('kernel.perf_event_paranoid is 3'),
    });
  });

  it('names the level that a patched kernel refuses at, and the one that helps', () => {
    expect(at(3, answering(EACCES)).denied).toMatchObject({
      reason: expect.stringContaining('kernel.perf_event_paranoid is 3'),
      remedy: expect.stringContaining('kernel.perf_event_paranoid=2'),
    });
    const { metrics } = resolvePmu(environmentOf(roots, []), answering(EACCES));
    expect(metrics.get('cycles')).toMatchObject({
      support: { ok: false, code: 'HFTMON_E_NOT_PERMITTED' },
      events: [],
    });
  });

  it('does not blame the level where it is none that refuses', () => {
    const { reason } = at(2, answering(EACCES)).denied!;
    expect(reason).toContain('security module');
    expect(reason).not.toContain('paranoid');
  });

  it('names a seccomp filter where there is one', () => {
    expect(at(2, answering(EPERM)).denied!.reason).toContain('security module');
    roots.write('proc/self/status', 'Name:\tnode\nSeccomp:\t2\nSeccomp_filters:\t1\n');
    expect(at(2, answering(EPERM)).denied).toMatchObject({
      reason: expect.stringContaining('seccomp filter'),
      remedy: expect.stringContaining('--cap-add PERFMON'),
    });
    expect(at(3, answering(EACCES)).denied!.reason).not.toContain('seccomp');
  });

  it('says what a kernel without perf events says', () => {
    expect(at(2, answering(ENOSYS)).denied).toMatchObject({
      code: 'HFTMON_E_UNSUPPORTED',
      reason: expect.stringContaining('error 38'),
    });
  });

  it('takes the level for what plain kernels make of it, where nothing can be tried', () => {
    expect(at(1)).toEqual({});
    expect(at(2, undefined, ['CAP_PERFMON'])).toEqual({});
    for (const level of [2, 3, 4]) {
      expect(at(level)).toEqual({ userSpaceAlone: expect.stringContaining(`is ${level}`) });
    }
  });
});
