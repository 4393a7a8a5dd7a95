import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeRoots } from '@hftmon/testkit';
import { ibsEvents, pebsEvents } from '../../../src/sampling/memory-events.js';
import { toNative } from '../../../src/sampling/sampling-event.js';
import { EVENT_FLAG } from '../../../src/sampling/layout.js';
import {
  ALDER_LAKE_ATOM,
  ALDER_LAKE_CORE,
  SKYLAKE,
  ZEN4_IBS,
  ZEN4_IBS_FILTERED,
  writeSamplingPmu,
} from '../../support/sampling-host.js';

let roots: FakeRoots;

beforeEach(() => {
  roots = new FakeRoots();
});

afterEach(() => roots[Symbol.dispose]());

describe('memory events', () => {
  it('need a PMU', () => {
    expect(pebsEvents(roots.sysRoot, { period: 1000 })).toEqual([]);
    expect(ibsEvents(roots.sysRoot, { period: 1000 })).toEqual([]);
  });
});

describe('PEBS', () => {
  it('of Skylake samples loads with a latency, and stores', () => {
    writeSamplingPmu(roots, SKYLAKE);
    const events = pebsEvents(roots.sysRoot, { period: 1009, minLatencyCycles: 30 });
    expect(events).toMatchObject([
      { name: 'cpu/mem-loads/', type: 4, config: 0x1cdn, config1: 30n, leader: undefined },
      { name: 'cpu/mem-stores/', type: 4, config: 0x82d0n, config1: 0n },
    ]);
    for (const event of events) {
      expect(event).toMatchObject({ period: 1009, preciseIp: 2, data: true, excludeKernel: true });
      expect(toNative(event).flags).toBe(EVENT_FLAG.excludeKernel | EVENT_FLAG.data);
    }
  });

  it('samples no loads by a latency that its field does not hold', () => {
    writeSamplingPmu(roots, SKYLAKE);
    const events = pebsEvents(roots.sysRoot, { period: 1009, minLatencyCycles: 65_536 });
    expect(events.map(({ name }) => name)).toEqual(['cpu/mem-stores/']);
  });

  it('of a hybrid CPU samples each kind of core, with the leader that loads need', () => {
    writeSamplingPmu(roots, ALDER_LAKE_CORE);
    writeSamplingPmu(roots, ALDER_LAKE_ATOM);
    const events = pebsEvents(roots.sysRoot, { period: 1009 });
    expect(events).toMatchObject([
      { name: 'cpu_atom/mem-loads/', type: 10, config: 0x5d0n, config1: 3n, leader: undefined },
      { name: 'cpu_atom/mem-stores/', type: 10, config: 0x6d0n },
      { name: 'cpu_core/mem-loads/', type: 4, config: 0x1cdn, config1: 3n, leader: 0x8203n },
      { name: 'cpu_core/mem-stores/', type: 4, config: 0x2cdn, leader: undefined },
    ]);
    expect(toNative(events[2]!)).toMatchObject({ leader: 0x8203n });
    expect(toNative(events[2]!).flags & EVENT_FLAG.needsLeader).toBeTruthy();
  });
});

describe('IBS', () => {
  it('counts micro-operations, by sixteens', () => {
    writeSamplingPmu(roots, ZEN4_IBS);
    const [event] = ibsEvents(roots.sysRoot, { period: 100_003 });
    expect(event).toMatchObject({ type: 11, config: 1n << 19n, config2: 0n, period: 100_000 });
    // The kernel would refuse; samples of it are dropped.
    expect(toNative(event!).flags).toBe(EVENT_FLAG.userOnly | EVENT_FLAG.data);
    expect(ibsEvents(roots.sysRoot, { period: 1 })[0]?.period).toBe(16);
  });

  it('leaves the kernel out where it can', () => {
    writeSamplingPmu(roots, ZEN4_IBS_FILTERED);
    const [event] = ibsEvents(roots.sysRoot, { period: 100_000 });
    expect(event).toMatchObject({ config2: 1n, excludeKernel: true });
  });
});
