import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeRoots } from '@hftmon/testkit';
import type { PmuKernel } from '../../../src/pmu/kernel.js';
import type { PmuMetric } from '../../../src/pmu/metric.js';
import { resolvePmu } from '../../../src/pmu/resolve.js';
import { armCpuinfo, environmentOf, writePmu, x86Cpuinfo } from '../../support/pmu-host.js';

const ENOENT = -2;
const EBUSY = -16;
const EACCES = -13;

/** A kernel that refuses some events. */
const refusing = (result: number, ...configs: number[]): PmuKernel => ({
  tryGroup: ([event]) => (configs.includes(event!.config) ? result : 0),
});

describe('resolvePmu', () => {
  let roots: FakeRoots;
  beforeEach(() => {
    roots = new FakeRoots();
    roots.write('proc/cpuinfo', x86Cpuinfo('GenuineIntel', 6, 0x6a));
    roots.write('proc/sys/kernel/perf_event_paranoid', '2\n');
    roots.write('proc/sys/kernel/nmi_watchdog', '0\n');
    writePmu(roots, 'cpu', 4);
  });
  afterEach(() => roots.dispose());

  const metric = (name: PmuMetric, kernel?: PmuKernel, capabilities?: string[]) =>
    resolvePmu(environmentOf(roots, capabilities), kernel).metrics.get(name)!;

  it('names the event and its encoding', () => {
    const { support, events } = metric('hitm_on_socket');
    expect(support).toEqual({
      ok: true,
      tier: 'hardware',
      source: 'OCR.DEMAND_DATA_RD.L3_HIT.SNOOP_HITM (cpu, config 0x1b7, config1 0x10003c0001)',
    });
    expect(events).toMatchObject([{ pmu: 'cpu', type: 4, config: 0x1b7, config1: 0x10003c0001 }]);
  });

  it('says in what way an event is not quite the metric', () => {
    expect(metric('l1d_misses').support).toMatchObject({
      ok: true,
      degraded: expect.stringContaining('FB_HIT'),
    });
  });

  it('says that there is no PMU', () => {
    roots.remove('sys/bus/event_source/devices/cpu');
    writePmu(roots, 'software', 1);
    writePmu(roots, 'msr', 9);
    for (const { support, events } of resolvePmu(environmentOf(roots)).metrics.values()) {
      expect(support).toMatchObject({ ok: false, reason: expect.stringContaining('no core PMU') });
      expect(events).toEqual([]);
    }
  });

  it('takes ENOENT of a raw event for no PMU, and of a generic one for a lack of it', () => {
    expect(metric('l1d_hits', refusing(ENOENT, 0x1d1)).support).toMatchObject({
      reason: expect.stringContaining('no core PMU'),
    });
    roots.write('proc/cpuinfo', x86Cpuinfo('AuthenticAMD', 0x1a, 0x50));
    expect(metric('generic_ll_read_misses', refusing(ENOENT, 0x10002)).support).toMatchObject({
      ok: false,
      reason: expect.stringContaining('has no counter'),
    });
  });

  it('does not guess for an unknown CPU, but offers what the kernel maps under its own name', () => {
    roots.write('proc/cpuinfo', x86Cpuinfo('GenuineIntel', 6, 0xff));
    expect(metric('l1d_misses').support).toMatchObject({
      ok: false,
      reason: expect.stringContaining('GenuineIntel 6/255/4'),
    });
    expect(metric('cycles').events).toMatchObject([{ type: 0, config: 0 }]);
    expect(metric('generic_l1d_read_misses').events).toMatchObject([{ type: 3, config: 0x10000 }]);
  });

  it('offers no generic cache event on a CPU that has a table', () => {
    expect(metric('generic_l1d_read_misses').support.ok).toBe(false);
  });

  it('counts user space alone at paranoid 2 without CAP_PERFMON', () => {
    const resolution = resolvePmu(environmentOf(roots, []));
    expect(resolution.excludeKernel).toBe(true);
    expect(resolution.metrics.get('l2_hits')!.support).toMatchObject({
      ok: true,
      degraded: expect.stringContaining('user space alone'),
    });
    expect(resolvePmu(environmentOf(roots, ['CAP_SYS_ADMIN'])).excludeKernel).toBe(false);
    roots.write('proc/sys/kernel/perf_event_paranoid', '1\n');
    expect(resolvePmu(environmentOf(roots, [])).excludeKernel).toBe(false);
  });

  it('names who may hold the counters', () => {
    const { support } = metric('l1d_hits', refusing(EBUSY, 0x1d1));
    expect(support).toMatchObject({ reason: expect.not.stringContaining('NMI') });
    roots.write('proc/sys/kernel/nmi_watchdog', '1\n');
    expect(metric('l1d_hits', refusing(EBUSY, 0x1d1)).support).toMatchObject({
      ok: false,
      reason: expect.stringContaining('NMI watchdog'),
      remedy: expect.stringContaining('kernel.nmi_watchdog=0'),
    });
    expect(metric('l2_hits', refusing(EBUSY, 0x1d1)).support.ok).toBe(true);
  });

  it('reports a refusal of rights', () => {
    expect(metric('l1d_hits', refusing(EACCES, 0x1d1)).support).toMatchObject({
      ok: false,
      code: 'HFTMON_E_NOT_PERMITTED',
    });
  });

  describe('on a hybrid CPU', () => {
    beforeEach(() => {
      roots.remove('sys/bus/event_source/devices/cpu');
      roots.write('proc/cpuinfo', x86Cpuinfo('GenuineIntel', 6, 0x97));
      writePmu(roots, 'cpu_core', 4, { cpus: '0-15' });
      writePmu(roots, 'cpu_atom', 10, { cpus: '16-23' });
    });

    it('has one event per kind of core, in their PMU', () => {
      const { support, events } = metric('l3_misses');
      expect(events).toMatchObject([
        { pmu: 'cpu_atom', type: 10, config: 0x20d2 },
        { pmu: 'cpu_core', type: 4, config: 0x20d1 },
      ]);
      expect(support).toEqual({
        ok: true,
        tier: 'hardware',
        source:
          'MEM_LOAD_UOPS_RETIRED_MISC.L3_MISS (cpu_atom, config 0x20d2) and MEM_LOAD_RETIRED.L3_MISS (cpu_core, config 0x20d1)',
      });
    });

    it('names the PMU of a generic event in its upper half', () => {
      expect(metric('cycles').events).toMatchObject([
        { type: 0, config: 0xa_0000_0000 },
        { type: 0, config: 0x4_0000_0000 },
      ]);
    });

    it('says on which cores a metric is not counted', () => {
      const { support, events } = metric('l1i_accesses');
      expect(events).toHaveLength(1);
      expect(support).toMatchObject({ ok: true, degraded: expect.stringContaining('cpu_core') });
    });
  });

  it('believes an Arm core only what its events folder lists', () => {
    roots.remove('sys/bus/event_source/devices/cpu');
    roots.write('proc/cpuinfo', armCpuinfo('0x41', '0xd0c'));
    writePmu(roots, 'armv8_pmuv3_0', 8, {
      cpus: '0-79',
      events: ['cpu_cycles', 'l1d_cache', 'l1d_cache_refill', 'l2d_cache'],
    });
    writePmu(roots, 'arm_spe_0', 9, { cpus: '0-79' });
    expect(metric('l1d_misses').events).toMatchObject([{ type: 8, config: 0x03 }]);
    expect(metric('l2_misses').support).toMatchObject({ ok: false });
    expect(metric('instructions').support).toMatchObject({ ok: false });
    expect(metric('cluster_refills').events).toMatchObject([{ type: 8, config: 0x44 }]);
  });
});
