import { describe, expect, it } from 'vitest';
import {
  MemoryLevel,
  MemoryOperation,
  hops,
  isHitm,
  isHitmReliable,
  isLocked,
  isPeer,
  isRemoteNode,
  memoryLevel,
  memoryOperation,
  missedTlb,
} from '../../../src/sampling/data-source.js';

/** Shifts and values of union perf_mem_data_src, from linux/perf_event.h. */
const SHIFT = {
  op: 0n,
  lvl: 5n,
  snoop: 19n,
  lock: 24n,
  dtlb: 26n,
  lvlNum: 33n,
  remote: 37n,
  snoopx: 38n,
  hops: 43n,
} as const;

const OP = { na: 1, load: 2, store: 4, prefetch: 8, exec: 0x10 } as const;
const LVL = {
  na: 1,
  hit: 2,
  miss: 4,
  l1: 8,
  lfb: 0x10,
  l2: 0x20,
  l3: 0x40,
  locRam: 0x80,
  remRam1: 0x100,
  remCce1: 0x400,
  remCce2: 0x800,
  io: 0x1000,
  unc: 0x2000,
} as const;
const NUM = { l1: 1, l2: 2, l3: 3, cxl: 9, anyCache: 0xb, lfb: 0xc, ram: 0xd, pmem: 0xe } as const;
const HITM = 0x10;
const PEER = 2;

function halves(fields: Partial<Record<keyof typeof SHIFT, number>>): [number, number] {
  let value = 0n;
  for (const [name, bits] of Object.entries(fields) as [keyof typeof SHIFT, number][]) {
    value |= BigInt(bits) << SHIFT[name];
  }
  return [Number(value & 0xffff_ffffn), Number(value >> 32n)];
}

describe('the operation', () => {
  it.each([
    [OP.na, MemoryOperation.Unknown],
    [OP.load, MemoryOperation.Load],
    [OP.store, MemoryOperation.Store],
    [OP.load | OP.store, MemoryOperation.LoadAndStore],
    [OP.prefetch, MemoryOperation.Prefetch],
    [OP.exec, MemoryOperation.Execute],
  ])('of %i is %i', (op, expected) => {
    expect(memoryOperation(halves({ op, lvl: 0x3fff })[0])).toBe(expected);
  });
});

describe('the level', () => {
  const cases: [string, Parameters<typeof halves>[0], MemoryLevel][] = [
    ['nothing known', { lvl: LVL.na, lvlNum: 0xf }, MemoryLevel.Unknown],
    ['an L1 hit', { lvl: LVL.hit | LVL.l1, lvlNum: NUM.l1 }, MemoryLevel.L1],
    ['an L1 miss of a store', { op: OP.store, lvl: LVL.miss | LVL.l1 }, MemoryLevel.Unknown],
    ['a fill buffer', { lvl: LVL.hit | LVL.lfb, lvlNum: NUM.lfb }, MemoryLevel.FillBuffer],
    ['L2', { lvl: LVL.hit | LVL.l2, lvlNum: NUM.l2 }, MemoryLevel.L2],
    ['L3, modified in a core', { lvl: LVL.hit | LVL.l3, snoop: HITM }, MemoryLevel.L3],
    ['L3 of Arm, from a peer', { lvl: LVL.hit | LVL.l3, snoopx: PEER }, MemoryLevel.PeerCache],
    ['local RAM', { lvl: LVL.hit | LVL.locRam, lvlNum: NUM.ram }, MemoryLevel.LocalRam],
    ['remote RAM', { lvl: LVL.hit | LVL.remRam1, remote: 1 }, MemoryLevel.RemoteRam],
    ['Intel: remote cache', { lvl: LVL.hit | LVL.remCce1, remote: 1 }, MemoryLevel.RemoteCache],
    [
      'AMD: near core complex',
      { lvl: LVL.hit | LVL.remCce1, lvlNum: NUM.anyCache, remote: 1, hops: 1 },
      MemoryLevel.PeerCache,
    ],
    [
      'AMD: far core complex',
      { lvl: LVL.hit | LVL.remCce2, lvlNum: NUM.anyCache, remote: 1, hops: 2 },
      MemoryLevel.RemoteCache,
    ],
    [
      'any cache, by number alone',
      { lvlNum: NUM.anyCache, remote: 1, hops: 1 },
      MemoryLevel.PeerCache,
    ],
    ['RAM by number, remote', { lvlNum: NUM.ram, remote: 1 }, MemoryLevel.RemoteRam],
    ['RAM by number, two hops', { lvlNum: NUM.ram, remote: 1, hops: 3 }, MemoryLevel.RemoteRam],
    ['RAM by number', { lvlNum: NUM.ram }, MemoryLevel.LocalRam],
    ['CXL', { lvlNum: NUM.cxl }, MemoryLevel.Cxl],
    [
      'Arm SPE: a peer core or cluster',
      { lvl: LVL.na, lvlNum: NUM.anyCache, snoopx: PEER },
      MemoryLevel.PeerCache,
    ],
    ['Arm SPE: another socket', { lvl: LVL.na, lvlNum: 0xf, remote: 1 }, MemoryLevel.RemoteNode],
    ['persistent memory', { lvlNum: NUM.pmem }, MemoryLevel.PersistentMemory],
    ['I/O', { lvl: LVL.hit | LVL.io }, MemoryLevel.Io],
    ['uncached', { lvl: LVL.hit | LVL.unc }, MemoryLevel.Uncached],
  ];

  it.each(cases)('is right for %s', (_what, fields, expected) => {
    const [low, high] = halves(fields);
    expect(MemoryLevel[memoryLevel(low, high)]).toBe(MemoryLevel[expected]);
    const { RemoteRam, RemoteCache, RemoteNode } = MemoryLevel;
    const remote = [RemoteRam, RemoteCache, RemoteNode].includes(expected);
    expect(isRemoteNode(low, high)).toBe(remote);
  });
});

describe('single bits', () => {
  it('are read from their own fields alone', () => {
    const everythingBut = (name: keyof typeof SHIFT, bits: number, width: bigint) => {
      const mask = ((1n << width) - 1n) << SHIFT[name];
      const value = (0x3fff_ffff_ffffn & ~mask) | (BigInt(bits) << SHIFT[name]);
      return [Number(value & 0xffff_ffffn), Number(value >> 32n)] as [number, number];
    };
    expect(isHitm(halves({ snoop: HITM })[0])).toBe(true);
    expect(isHitm(everythingBut('snoop', 0xf, 5n)[0])).toBe(false);
    expect(isPeer(halves({ snoopx: PEER })[1])).toBe(true);
    expect(isPeer(everythingBut('snoopx', 1, 2n)[1])).toBe(false);
    expect(isLocked(halves({ lock: 2 })[0])).toBe(true);
    expect(isLocked(everythingBut('lock', 1, 2n)[0])).toBe(false);
    expect(hops(halves({ hops: 4 })[1])).toBe(4);
    expect(hops(everythingBut('hops', 0, 3n)[1])).toBe(0);
  });

  it('of the TLB cross the middle', () => {
    expect(missedTlb(...halves({ dtlb: 0x4 | 0x10 }))).toBe(true); // missed, hit in L2
    expect(missedTlb(...halves({ dtlb: 0x2 | 0x20 }))).toBe(true); // walked
    expect(missedTlb(...halves({ dtlb: 0x2 | 0x8 }))).toBe(false); // hit in L1
    expect(missedTlb(...halves({ dtlb: 0x40 }))).toBe(false); // bit 32, the fault handler
  });
});

describe('HITM on AMD', () => {
  it.each([
    ['GenuineIntel', 6, 0x6a, true],
    ['AuthenticAMD', 0x17, 0x31, true], // Zen 2
    ['AuthenticAMD', 0x19, 0x01, false], // Zen 3, Milan
    ['AuthenticAMD', 0x19, 0x21, false], // Zen 3, Vermeer
    ['AuthenticAMD', 0x19, 0x11, true], // Zen 4, Genoa
    ['AuthenticAMD', 0x19, 0x61, true], // Zen 4, Raphael
    ['AuthenticAMD', 0x1a, 0x02, true], // Zen 5
  ])('is reliable on %s %i %i: %s', (vendor, family, model, expected) => {
    expect(isHitmReliable(vendor, family, model)).toBe(expected);
  });
});
