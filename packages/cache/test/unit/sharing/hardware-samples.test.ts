import { describe, expect, it } from 'vitest';
import {
  AddressSampleFlag,
  addressSampleAddress,
  addressSampleFlags,
  cpuAt,
  createRing,
  kindAt,
  RECORD_WORDS,
  RecordKind,
  SpscReader,
  SpscWriter,
  tidAt,
} from '@hftmon/core';
import { Symbolizer } from '@hftmon/perf-native';
import { LineSampler } from '../../../src/sharing/line-sampler.js';
import { SharingTable } from '../../../src/sharing/sharing-table.js';
import { suspectSharing } from '../../../src/sharing/suspicion.js';
import { madeUpSamples, type MadeUpSample } from '../../support/made-up-samples.js';

const LINE = 0x7f12_3456_7840;
// linux/perf_event.h: op from bit 0, lvl from 5, snoop from 19; lvl_num from 33, snoopx from 38.
const LOAD = 0x2;
const STORE = 0x4;
const PREFETCH = 0x8;
const L3_HIT = (0x2 | 0x40) << 5;
const HITM = 0x10 << 19;
const PEER_HIGH = 0x2 << 6;
const ANY_CACHE_HIGH = 0xb << 1;
const REMOTE_NODE_HIGH = (0xf << 1) | (1 << 5);

function drained(
  samples: readonly MadeUpSample[],
  isHitmReliable = true,
  ring = createRing(64),
): SharingTable {
  const table = new SharingTable(64);
  new LineSampler({
    sampler: madeUpSamples(samples),
    table,
    symbolizer: new Symbolizer(),
    procRoot: '/proc',
    cores: Uint16Array.of(0, 1),
    isHitmReliable,
    writer: new SpscWriter(ring),
  }).drain();
  return table;
}

function transfers(...args: Parameters<typeof drained>): number[] {
  const [line] = drained(...args).contested();
  return line?.accesses.map((access) => access.transfers) ?? [];
}

describe('samples with data sources', () => {
  const load = (low: number, high = 0): MadeUpSample => {
    return { tid: 11, cpu: 0, address: LINE, dataSource: [LOAD | low, high] };
  };
  const store: MadeUpSample = { tid: 12, cpu: 1, address: LINE + 16, dataSource: [STORE, 0] };

  it('are told to the other collectors', () => {
    const ring = createRing(64);
    drained([load(L3_HIT), store], true, ring);
    const reader = new SpscReader(ring);
    expect(reader.poll()).toBe(2);
    const { u32 } = reader.batch;
    const told = [0, RECORD_WORDS].map((base) => ({
      kind: kindAt(u32, base),
      tid: tidAt(u32, base),
      cpu: cpuAt(u32, base),
      address: addressSampleAddress(u32, base),
      flags: addressSampleFlags(u32, base),
    }));
    const kind = RecordKind.AddressSample;
    const { Hardware, Load, Store } = AddressSampleFlag;
    expect(told).toEqual([
      { kind, tid: 11, cpu: 0, address: LINE, flags: Hardware | Load },
      { kind, tid: 12, cpu: 1, address: LINE + 16, flags: Hardware | Store },
    ]);
  });

  it('give the address and what the instruction did', () => {
    const [line] = drained([load(L3_HIT), store]).contested();
    expect(line?.address).toBe(LINE);
    expect(line?.accesses).toMatchObject([
      { tid: 11, offset: 0, size: 1, load: true, store: false, ip: 0x401000 },
      { tid: 12, offset: 16, size: 1, load: false, store: true, ip: 0x401000 },
    ]);
  });

  it('count loads that another core answered', () => {
    expect(transfers([load(L3_HIT | HITM), load(L3_HIT), store])).toEqual([1, 0]);
    expect(transfers([load(L3_HIT, PEER_HIGH), store])).toEqual([1, 0]);
  });

  it('of SPE count what another core or another socket answered', () => {
    expect(transfers([load(0, ANY_CACHE_HIGH | PEER_HIGH), store])).toEqual([1, 0]);
    expect(transfers([load(0, REMOTE_NODE_HIGH), store])).toEqual([1, 0]);
    expect(transfers([load(0, 0xf << 1), store])).toEqual([0, 0]);
  });

  it('do not rely on a mark that the CPU sets wrongly, but on where the data came from', () => {
    expect(transfers([load(L3_HIT | HITM), store], false)).toEqual([0, 0]);
    expect(transfers([load(0, ANY_CACHE_HIGH), store], false)).toEqual([1, 0]);
  });

  it('are dropped without an address of user space, or an access', () => {
    const { dropped, attributed } = drained([
      { tid: 11, address: 2 ** 60, isExactAddress: false, dataSource: [LOAD, 0] },
      { tid: 11, address: 0, dataSource: [LOAD, 0] },
      { tid: 11, address: LINE, dataSource: [PREFETCH, 0] },
      { tid: 11, address: LINE, dataSource: [0, 0] },
    ]).counts();
    expect({ dropped, attributed }).toEqual({
      attributed: 0,
      dropped: { not_user_space: 2, no_memory_access: 2 },
    });
  });

  it('make a line suspect by the rule of perf c2c', () => {
    const suspect = (low: number) => {
      const some = Array.from({ length: 4 }, () => [load(low), store]).flat();
      const table = drained(some);
      const [line] = table.contested();
      return suspectSharing({
        ...line!,
        samplesOfThread: (tid) => table.threads.samples(tid, 10),
        hasDataSource: true,
      });
    };
    expect(suspect(L3_HIT | HITM)).toBe('false');
    expect(suspect(L3_HIT)).toBeUndefined();
  });
});

describe('samples without registers', () => {
  it('are dropped and counted', () => {
    expect(drained([{ tid: 11 }]).counts().dropped).toEqual({ no_registers: 1 });
  });
});
