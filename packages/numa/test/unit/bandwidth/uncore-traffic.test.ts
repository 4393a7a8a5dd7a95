import { describe, expect, it } from 'vitest';
import { FakeRoots, loadHost, type HostName } from '@hftmon/testkit';
import { findMemoryEvents } from '../../../src/bandwidth/memory-events.js';
import { UncoreTraffic, uncoreSupport } from '../../../src/bandwidth/uncore-traffic.js';
import { readNumaHost } from '../../../src/host/numa-host.js';
import { FakeCounters } from '../../support/fake-counters.js';

function trafficOf(name: HostName, counters: FakeCounters) {
  using roots = loadHost(name);
  const host = readNumaHost(roots.sysRoot);
  return { host, traffic: new UncoreTraffic(host, roots, counters.open) };
}

describe('events of memory controllers', () => {
  it('are those that sysfs names on Intel', () => {
    using roots = loadHost('icelake-2s');
    const found = findMemoryEvents(roots)!;
    expect(found.turns[0]!).toHaveLength(24);
    expect(found.turns[0]![0]).toEqual({
      pmu: 'uncore_imc_0',
      name: 'cas_count_read',
      type: 20,
      cpus: [0, 8],
      bytesPerCount: 64,
      config: 0x0f04n,
      config1: 0n,
      config2: 0n,
    });
    expect(found.turns[0]![1]).toMatchObject({ name: 'cas_count_write', config: 0x3004n });
  });

  it('are put together by the format of sysfs on AMD', () => {
    using roots = loadHost('zen4-nps2');
    const found = findMemoryEvents(roots)!;
    expect(found.turns[0]!).toHaveLength(24);
    expect(found.turns[0]!.slice(0, 2)).toMatchObject([
      { pmu: 'amd_umc_0', name: 'umc_cas_cmd.rd', config: 0x10an, bytesPerCount: 64 },
      { pmu: 'amd_umc_0', name: 'umc_cas_cmd.wr', config: 0x20an },
    ]);
  });

  it('are none when one controller lacks one: the sum would be too small', () => {
    using roots = loadHost('icelake-2s');
    roots.remove('sys/devices/uncore_imc_7/events/cas_count_write');
    const found = findMemoryEvents(roots)!;
    expect(found.source).toBe('uncore_imc_free_running_*: read, write');
  });

  it('are none without such a PMU', () => {
    using roots = new FakeRoots();
    expect(findMemoryEvents(roots)).toBeUndefined();
    expect(uncoreSupport(readNumaHost(roots.sysRoot), roots)).toMatchObject({ ok: false });
  });
});

describe('what can be counted', () => {
  const tried = (counters: FakeCounters) => {
    using roots = loadHost('icelake-2s');
    return uncoreSupport(readNumaHost(roots.sysRoot), roots, counters.open);
  };

  it('is found by opening all counters, and they are closed again', () => {
    const counters = new FakeCounters();
    expect(tried(counters)).toMatchObject({ ok: true, tier: 'hardware' });
    expect(counters).toMatchObject({ opened: { length: 48 }, closed: 48 });
  });

  it('is what the kernel refuses, in its words', () => {
    const counters = new FakeCounters();
    counters.refuseFrom = 17;
    expect(tried(counters)).toMatchObject({
      ok: false,
      code: 'HFTMON_E_NOT_PERMITTED',
      reason: 'the kernel does not let this process count',
    });
    expect(counters.closed).toBe(17);
  });
});

describe('traffic of memory', () => {
  it('is the sum over the controllers of the package, in bytes per second', () => {
    const counters = new FakeCounters();
    const { traffic } = trafficOf('icelake-2s', counters);
    // 12 controllers, reads and writes, on one CPU of each package.
    expect(counters.opened).toHaveLength(48);
    expect(new Set(counters.opened.map(({ cpu }) => cpu))).toEqual(new Set([0, 8]));
    traffic.poll(0);
    expect(traffic.bytesPerSecond(0)).toMatchObject({ value: undefined, support: { ok: false } });
    counters.step = 1_000_003;
    traffic.poll(2e9);
    for (const node of [0, 1]) {
      const { value, support } = traffic.bytesPerSecond(node);
      expect(value).toBe((24 * 1_000_003 * 64) / 2);
      expect(support).toMatchObject({ ok: true, tier: 'hardware' });
      expect(support).not.toHaveProperty('degraded');
    }
    traffic.close();
    traffic.close();
    expect(counters.closed).toBe(48);
    expect(traffic.bytesPerSecond(0).value, 'the last figure stays').toBeGreaterThan(0);
  });

  it('is scaled when counters were shared, and says so', () => {
    const counters = new FakeCounters();
    const { traffic } = trafficOf('icelake-2s', counters);
    counters.share = 0.5;
    traffic.poll(0);
    counters.step = 1000;
    traffic.poll(1e9);
    expect(traffic.bytesPerSecond(0)).toMatchObject({
      value: 24 * 1000 * 64,
      support: { degraded: expect.stringContaining('50 %') },
    });
  });

  it('is absent when an event never got a counter', () => {
    const counters = new FakeCounters();
    const { traffic } = trafficOf('icelake-2s', counters);
    counters.share = 0;
    traffic.poll(0);
    traffic.poll(1e9);
    expect(traffic.bytesPerSecond(0)).toMatchObject({
      value: undefined,
      support: { ok: false, reason: expect.stringContaining('no free counter') },
    });
  });

  it('is absent when a part of it cannot be counted, and nothing stays open', () => {
    const counters = new FakeCounters();
    counters.refuseFrom = 17;
    const { traffic } = trafficOf('icelake-2s', counters);
    expect(counters.closed).toBe(17);
    traffic.poll(0);
    expect(traffic.bytesPerSecond(0)).toMatchObject({
      value: undefined,
      support: { code: 'HFTMON_E_NOT_PERMITTED' },
    });
  });

  it('is absent by node where a package has several', () => {
    const counters = new FakeCounters();
    const { traffic } = trafficOf('zen4-nps2', counters);
    expect(counters.opened).toEqual([]);
    expect(traffic.bytesPerSecond(1)).toMatchObject({
      value: undefined,
      support: { reason: expect.stringContaining('several nodes') },
    });
  });
});
