import { describe, expect, it } from 'vitest';
import { Prng } from '@hftmon/testkit';
import { AddressTable } from '../../../src/samples/address-table.js';

function entries(table: AddressTable): Map<string, number> {
  const found = new Map<string, number>();
  table.forEach((address, tid, node, samples) => found.set(`${address} ${tid} ${node}`, samples));
  return found;
}

describe('a table of addresses', () => {
  it('counts by address, thread and node exactly while it has room', () => {
    const table = new AddressTable(1 << 14);
    const expected = new Map<string, number>();
    const random = new Prng(7);
    for (let i = 0; i < 100_003; i++) {
      const address = 0x7f00_0000_0000 + 64 * random.int(0, 1008);
      const [tid, node] = [random.int(1, 3), random.int(-1, 1)];
      table.add(address, tid, node);
      const key = `${address} ${tid} ${node}`;
      expected.set(key, (expected.get(key) ?? 0) + 1);
    }
    expect(entries(table)).toEqual(expected);
    expect([table.total, table.evicted, table.size]).toEqual([100_003, 0, expected.size]);
  });

  it('keeps the hot ones when it is full, and counts what made room', () => {
    const table = new AddressTable(64);
    for (let round = 0; round < 1009; round++) {
      table.add(4096, 1, 0);
      table.add(8192, 2, 1);
      table.add(2 ** 20 + 64 * round, 3, 0);
    }
    const found = entries(table);
    expect([found.get('4096 1 0'), found.get('8192 2 1')]).toEqual([1009, 1009]);
    const kept = [...found.values()].reduce((sum, samples) => sum + samples, 0);
    expect(kept + table.evicted).toBe(table.total);
    expect(table.evicted).toBeGreaterThan(900);
    expect(table.size).toBeLessThanOrEqual(48);
  });

  it('makes room also when all are equally hot', () => {
    const table = new AddressTable(16);
    for (let i = 0; i < 101; i++) for (let n = 0; n < 2; n++) table.add(64 * i, 1, 0);
    expect(table.total).toBe(202);
    expect(table.size).toBeLessThanOrEqual(12);
  });
});
