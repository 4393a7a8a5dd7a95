import { describe, expect, it } from 'vitest';
import { DropReason } from '../../../src/decode/drop-reason.js';
import { SharingTable, type AttributedSample } from '../../../src/sharing/sharing-table.js';

const LINE = 0x7f12_3456_7840;

export function sample(values: Partial<AttributedSample> = {}): AttributedSample {
  return {
    pid: 10,
    tid: 11,
    core: 0,
    timeNs: 1000,
    address: LINE,
    size: 8,
    isLoad: true,
    isStore: false,
    ipLow: 0x1000,
    ipHigh: 0,
    isTransfer: false,
    ...values,
  };
}

function fill(table: SharingTable, ...samples: Partial<AttributedSample>[]): void {
  for (const values of samples) {
    const whole = sample(values);
    table.threads.add(whole.tid, whole.pid, 0);
    table.add(whole);
  }
}

describe('SharingTable', () => {
  it('sorts samples by line, thread, bytes, kind and instruction', () => {
    const table = new SharingTable(64);
    fill(
      table,
      { address: LINE + 8 },
      { tid: 12, core: 1, address: LINE + 16, isStore: true, isLoad: false, timeNs: 1500 },
      { address: LINE + 8, timeNs: 2000 },
      { address: LINE + 8, ipLow: 0x2000, timeNs: 3000 },
    );
    expect(table.contested()).toEqual([
      {
        pid: 10,
        address: LINE,
        alternations: 2,
        sharedStores: 1,
        firstNs: 1000,
        lastNs: 3000,
        accesses: [
          {
            tid: 11,
            offset: 8,
            size: 8,
            load: true,
            store: false,
            ip: 0x1000,
            samples: 2,
            transfers: 0,
          },
          {
            tid: 12,
            offset: 16,
            size: 8,
            load: false,
            store: true,
            ip: 0x1000,
            samples: 1,
            transfers: 0,
          },
          {
            tid: 11,
            offset: 8,
            size: 8,
            load: true,
            store: false,
            ip: 0x2000,
            samples: 1,
            transfers: 0,
          },
        ],
      },
    ]);
  });

  it('sees no turns of threads on one core, nor of one thread', () => {
    const table = new SharingTable(64);
    fill(table, { tid: 11, core: 1 }, { tid: 12, core: 1 }, { tid: 11, core: 1 });
    fill(table, { address: LINE + 64 }, { address: LINE + 64, core: 1 });
    expect(table.contested()).toEqual([]);
  });

  it('knows lines of other sizes, and cuts an access at the end of its line', () => {
    const table = new SharingTable(128);
    fill(table, { address: 0x1078, size: 64 }, { tid: 12, core: 1, address: 0x1000 });
    const [line] = table.contested();
    expect(line?.address).toBe(0x1000);
    expect(line?.accesses[0]).toMatchObject({ offset: 0x78, size: 8 });
  });

  it('tells the same address in two processes apart', () => {
    const table = new SharingTable(64);
    fill(table, { pid: 10, tid: 11 }, { pid: 10, tid: 12, core: 1 });
    fill(table, { pid: 20, tid: 21 }, { pid: 20, tid: 22, core: 1 });
    const lines = table.contested();
    expect(lines.map(({ pid, accesses }) => [pid, accesses.map(({ tid }) => tid)])).toEqual([
      [10, [11, 12]],
      [20, [21, 22]],
    ]);
  });

  it('forgets what matters least when it is full, and counts it', () => {
    const table = new SharingTable(64, { lines: 64, accesses: 64 });
    const hot = [
      { tid: 11, address: LINE },
      { tid: 12, core: 1, address: LINE + 8, isStore: true },
    ];
    for (let i = 0; i < 500; i++) {
      fill(table, ...hot);
      fill(table, { tid: 13, address: 0x10_0000 + 64 * i });
    }
    const { taken, attributed, evicted, evictedLines } = table.counts();
    expect([taken, attributed]).toEqual([1500, 1500]);
    const [line] = table.contested();
    const held = line?.accesses.map(({ samples }) => samples);
    expect(held).toEqual([500, 500]);
    expect(evicted).toBeGreaterThan(400);
    expect(evicted).toBeLessThanOrEqual(500);
    expect(evictedLines).toBeGreaterThan(400);
  });

  it('counts every sample once', () => {
    const table = new SharingTable(64);
    fill(table, {}, {});
    table.drop(DropReason.BranchTarget);
    table.drop(DropReason.BranchTarget);
    table.drop(DropReason.Gather);
    expect(table.counts()).toEqual({
      taken: 5,
      attributed: 2,
      dropped: { branch_target: 2, gather: 1 },
      evicted: 0,
      evictedLines: 0,
    });
  });
});
