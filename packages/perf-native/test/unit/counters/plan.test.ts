import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeRoots } from '@hftmon/testkit';
import { planCounters } from '../../../src/counters/plan.js';
import type { PmuKernel } from '../../../src/pmu/kernel.js';
import { resolvePmu } from '../../../src/pmu/resolve.js';
import { environmentOf, writePmu, x86Cpuinfo } from '../../support/pmu-host.js';

/** A CPU with so many counters. */
const withCounters = (counters: number): PmuKernel => ({
  tryGroup: (events) => (events.length > counters ? -22 : 0),
});

describe('planCounters', () => {
  let roots: FakeRoots;
  beforeEach(() => {
    roots = new FakeRoots();
    roots.write('proc/cpuinfo', x86Cpuinfo('GenuineIntel', 6, 0x8f));
    roots.write('proc/sys/kernel/nmi_watchdog', '1\n');
    writePmu(roots, 'cpu', 4);
  });
  afterEach(() => roots.dispose());

  it('puts all events into one group in the order of their importance', () => {
    const resolution = resolvePmu(environmentOf(roots));
    const { groups, metrics } = planCounters(resolution, ['l1d_misses', 'l1d_hits', 'l1d_misses']);
    expect(groups).toEqual([
      {
        pmu: 'cpu',
        events: [
          expect.objectContaining({ metric: 'l1d_misses', config: 0x8d1 }),
          expect.objectContaining({ metric: 'l1d_hits', config: 0x1d1 }),
        ],
      },
    ]);
    expect([...metrics.values()].every(({ ok }) => ok)).toBe(true);
  });

  it('never multiplexes: what does not fit is refused with the reason', () => {
    const resolution = resolvePmu(environmentOf(roots));
    const { groups, metrics } = planCounters(
      resolution,
      ['l1d_hits', 'l1d_misses', 'l2_hits'],
      withCounters(2),
    );
    expect(groups[0]!.events.map(({ metric }) => metric)).toEqual(['l1d_hits', 'l1d_misses']);
    expect(metrics.get('l2_hits')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('no hardware counter is free for MEM_LOAD_RETIRED.L2_HIT'),
      remedy: expect.stringContaining('nmi_watchdog'),
    });
  });

  it('leaves out what the host does not have', () => {
    const resolution = resolvePmu(environmentOf(roots));
    const { groups, metrics } = planCounters(resolution, ['cross_ccx_fills_near', 'cycles']);
    expect(groups[0]!.events.map(({ metric }) => metric)).toEqual(['cycles']);
    expect(metrics.get('cross_ccx_fills_near')!.ok).toBe(false);
  });

  it('has no group on a host without a PMU', () => {
    roots.remove('sys/bus/event_source/devices/cpu');
    const { groups, metrics } = planCounters(resolvePmu(environmentOf(roots)), ['cycles']);
    expect(groups).toEqual([]);
    expect(metrics.get('cycles')!.ok).toBe(false);
  });

  it('has a group for each kind of core, and says what one of them lacks', () => {
    roots.write('proc/cpuinfo', x86Cpuinfo('GenuineIntel', 6, 0xb7));
    roots.remove('sys/bus/event_source/devices/cpu');
    writePmu(roots, 'cpu_core', 4, { cpus: '0-15' });
    writePmu(roots, 'cpu_atom', 10, { cpus: '16-31' });
    const asked: (readonly number[] | undefined)[] = [];
    const kernel: PmuKernel = {
      tryGroup: (events, _, cpus) => {
        asked.push(cpus);
        return events[0]!.type === 10 && events.length > 1 ? -16 : 0;
      },
    };
    const resolution = resolvePmu(environmentOf(roots));
    const { groups, metrics } = planCounters(resolution, ['l1d_hits', 'l1d_misses'], kernel);
    expect(groups.map(({ pmu, events }) => [pmu, events.length])).toEqual([
      ['cpu_atom', 1],
      ['cpu_core', 2],
    ]);
    expect(metrics.get('l1d_misses')).toMatchObject({
      ok: true,
      degraded: expect.stringContaining('cpu_atom: no hardware counter is free'),
    });
    expect(asked[0]).toEqual(Array.from({ length: 16 }, (_, i) => 16 + i));
  });
});
