import { FakeRoots, fakeEnvironment } from '@hftmon/testkit';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { HardwareCounts, hardwareSupport } from '../../../src/hardware/hardware-counts.js';
import { Stage } from '../../support/stage.js';

const CPUS = 'sys/devices/system/cpu';

describe('counts of the hardware', () => {
  let roots: FakeRoots;

  beforeEach(() => {
    roots = new FakeRoots();
    onTestFinished(() => roots[Symbol.dispose]());
    roots.write(`${CPUS}/online`, '0,2\n');
  });

  function throttled(cpu: number, level: string, count: number): void {
    roots.write(`${CPUS}/cpu${cpu}/thermal_throttle/${level}_throttle_count`, `${count}\n`);
  }

  it('are absent, each with the reason, where the kernel keeps none', () => {
    const counts = new HardwareCounts(roots.sysRoot);
    counts.close();
    expect(counts.metrics).toEqual({});
    const support = hardwareSupport({ ...fakeEnvironment({}), sysRoot: roots.sysRoot });
    expect([...support.keys()]).toEqual(['smi_count', 'core_throttles', 'package_throttles']);
    for (const answer of support.values()) {
      expect(answer).toMatchObject({ ok: false, code: 'HFTMON_E_UNSUPPORTED' });
    }
  });

  it('are what was added on the CPUs that are online, up to the close', () => {
    throttled(0, 'core', 7);
    throttled(2, 'core', 11);
    throttled(1, 'core', 1000);
    throttled(0, 'package', 3);
    const counts = new HardwareCounts(roots.sysRoot);
    expect(counts.metrics).toEqual({ core_throttles: 0, package_throttles: 0 });
    throttled(0, 'core', 12);
    throttled(2, 'core', 24);
    throttled(1, 'core', 2000);
    expect(counts.metrics).toEqual({ core_throttles: 18, package_throttles: 0 });
    throttled(0, 'package', 5);
    counts.close();
    throttled(0, 'package', 9);
    expect(counts.metrics).toEqual({ core_throttles: 18, package_throttles: 2 });
    const support = hardwareSupport({ ...fakeEnvironment({}), sysRoot: roots.sysRoot });
    expect(support.get('core_throttles')).toMatchObject({ ok: true, tier: 'procfs' });
  });

  it('are unknown where a count went backwards, or is none', () => {
    throttled(0, 'core', 7);
    throttled(0, 'package', 7);
    const counts = new HardwareCounts(roots.sysRoot);
    throttled(0, 'core', 6);
    roots.write(`${CPUS}/cpu0/thermal_throttle/package_throttle_count`, 'x');
    expect(counts.metrics).toEqual({});
  });

  it.each([
    ['came', '0', '0,2'],
    ['went', '0,2', '0'],
    ['was changed for another', '0', '2'],
  ])('are unknown where a CPU %s meanwhile, with the reason', (_what, before, after) => {
    roots.write(`${CPUS}/online`, before);
    throttled(0, 'core', 5);
    throttled(2, 'core', 100);
    const counts = new HardwareCounts(roots.sysRoot);
    expect(counts.support.size).toBe(0);
    throttled(0, 'core', 500);
    roots.write(`${CPUS}/online`, after);
    counts.close();
    expect(counts.metrics).toEqual({});
    expect(counts.support.get('core_throttles')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('not the same') as string,
    });
    expect([...counts.support.keys()]).toEqual(['core_throttles']);
  });

  it('are taken once, also where verdicts are rehearsed', () => {
    using stage = new Stage({ eager: true });
    expect(stage.host.pendingUndo).toBe(1);
  });
});
