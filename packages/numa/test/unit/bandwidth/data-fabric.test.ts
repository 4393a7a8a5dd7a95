import { describe, expect, it } from 'vitest';
import { findMemoryEvents } from '../../../src/bandwidth/memory-events.js';
import { UncoreTraffic, uncoreSupport } from '../../../src/bandwidth/uncore-traffic.js';
import { readNumaHost } from '../../../src/host/numa-host.js';
import {
  GENOA,
  GENOA_OLD_KERNEL,
  MILAN,
  ROME,
  VERMEER,
  dataFabricHost,
  type FabricOf,
} from '../../support/data-fabric-host.js';
import { FakeCounters } from '../../support/fake-counters.js';

function eventsOf(fabric: FabricOf) {
  using roots = dataFabricHost(fabric);
  return findMemoryEvents(roots);
}

function supportOf(fabric: FabricOf) {
  using roots = dataFabricHost(fabric);
  return uncoreSupport(readNumaHost(roots.sysRoot), roots);
}

function trafficOf(fabric: FabricOf, counters: FakeCounters): UncoreTraffic {
  using roots = dataFabricHost(fabric);
  return new UncoreTraffic(readNumaHost(roots.sysRoot), roots, counters.open);
}

describe('events of the data fabric', () => {
  it.each([
    ['Rome', ROME],
    ['Milan', MILAN],
  ])('are the channels of %s in two turns, put where the format says', (_, fabric) => {
    const { turns, degraded } = eventsOf(fabric)!;
    const perTurn = turns.map((turn) => turn.map(({ config }) => config));
    expect(perTurn).toEqual([
      [0x3807n, 0x3847n, 0x3887n, 0x38c7n],
      [0x1_0000_3807n, 0x1_0000_3847n, 0x1_0000_3887n, 0x1_0000_38c7n],
    ]);
    expect(turns[0]![0]).toMatchObject({ pmu: 'amd_df', type: 14, cpus: [0, 8] });
    expect(new Set(turns.flat().map(({ bytesPerCount }) => bytesPerCount))).toEqual(new Set([64]));
    expect(degraded).toContain('in turns');
  });

  it('are reads and writes of both sockets on Genoa, in four turns', () => {
    const { turns } = eventsOf(GENOA)!;
    expect(turns.map((turn) => turn.length)).toEqual([12, 12, 12, 12]);
    expect(turns.map(([first]) => first)).toMatchObject([
      { name: 'local_processor_read_data_beats_cs0', config: 0x0700_fe1fn },
      { name: 'local_processor_write_data_beats_cs0', config: 0x0700_ff1fn },
      { name: 'remote_processor_read_data_beats_cs0', config: 0x0b00_fe1fn },
      { name: 'remote_processor_write_data_beats_cs0', config: 0x0b00_ff1fn },
    ]);
    expect(turns[0]!.at(-1)).toMatchObject({
      name: 'local_processor_read_data_beats_cs11',
      config: 0x2_0700_fedfn,
    });
  });

  it('are none where the format has no place for them, or the CPU is no such server', () => {
    for (const fabric of [GENOA_OLD_KERNEL, VERMEER]) {
      expect(eventsOf(fabric)).toBeUndefined();
      expect(supportOf(fabric)).toMatchObject({
        ok: false,
        reason: expect.stringContaining('amd_umc'),
      });
    }
  });

  it('are what can be counted, with what is not exact', () => {
    expect(supportOf(MILAN)).toMatchObject({
      ok: true,
      source: 'amd_df: dram_channel_data_controller_0 to 7',
      degraded: expect.stringContaining('4 counters'),
    });
  });
});

describe('traffic of the data fabric', () => {
  it('is known when all events have had their turn, and is then their sum', () => {
    const counters = new FakeCounters();
    const traffic = trafficOf(MILAN, counters);
    // 4 channels, of 2 packages.
    expect(counters.opened).toHaveLength(8);
    traffic.poll(0);
    counters.step = 1_000_003;
    traffic.poll(1e9);
    expect(counters).toMatchObject({ opened: { length: 16 }, closed: 8 });
    expect(traffic.bytesPerSecond(0)).toMatchObject({
      value: undefined,
      support: { ok: false, reason: expect.stringContaining('2 turns') },
    });
    counters.step = 2_000_003;
    traffic.poll(3e9);
    expect(counters).toMatchObject({ opened: { length: 24 }, closed: 16 });
    for (const node of [0, 1]) {
      const { value, support } = traffic.bytesPerSecond(node);
      expect(value).toBe(4 * 64 * (1_000_003 + 2_000_003 / 2));
      expect(support).toMatchObject({ degraded: expect.stringContaining('in turns') });
    }
    // The first channels again: their old rate is replaced, that of the others stays.
    counters.step = 0;
    traffic.poll(4e9);
    expect(traffic.bytesPerSecond(0).value).toBe((4 * 64 * 2_000_003) / 2);
    traffic.close();
    expect(counters.closed).toBe(counters.opened.length);
    traffic.poll(5e9);
    expect(counters.closed, 'nothing is opened after the end').toBe(counters.opened.length);
  });

  it('never has more events open than there are counters', () => {
    for (const [fabric, counterCount, turns] of [
      [MILAN, 4, 2],
      [GENOA, 16, 4],
    ] as const) {
      const counters = new FakeCounters();
      const traffic = trafficOf(fabric, counters);
      for (let second = 0; second <= turns; second++) {
        // By package.
        const open = (counters.opened.length - counters.closed) / 2;
        expect(open).toBeLessThanOrEqual(counterCount);
        expect(open).toBeGreaterThan(0);
        traffic.poll(second * 1e9);
      }
      expect(traffic.bytesPerSecond(0).value).toBe(0);
      traffic.close();
    }
  });

  it('is absent from the turn on that the kernel refuses', () => {
    const counters = new FakeCounters();
    const traffic = trafficOf(MILAN, counters);
    counters.refuseFrom = 11;
    traffic.poll(0);
    traffic.poll(1e9);
    expect(counters).toMatchObject({ opened: { length: 11 }, closed: 11 });
    traffic.poll(2e9);
    expect(traffic.bytesPerSecond(0)).toMatchObject({
      value: undefined,
      support: { code: 'HFTMON_E_NOT_PERMITTED' },
    });
  });

  it('says both that events take turns and that counters were shared', () => {
    const counters = new FakeCounters();
    const traffic = trafficOf(ROME, counters);
    counters.share = 0.5;
    for (let second = 0; second <= 2; second++) traffic.poll(second * 1e9);
    expect(traffic.bytesPerSecond(0).support).toMatchObject({
      degraded: expect.stringMatching(/in turns.*; counted 50 %/),
    });
  });
});
