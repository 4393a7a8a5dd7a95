import { describe, expect, it } from 'vitest';
import { ThreadTable } from '../../../src/sharing/thread-table.js';

describe('ThreadTable', () => {
  it('counts samples of threads, and knows where their stacks are', () => {
    const table = new ThreadTable(8);
    for (const stackPointer of [0x7000, 0, 0x7100]) table.add(11, 10, stackPointer);
    table.add(21, 20, 0);
    expect([table.samples(11, 10), table.samples(21, 20), table.samples(12, 10)]).toEqual([
      3, 1, 0,
    ]);
    expect(table.stacks(10)).toEqual([{ tid: 11, stackPointer: 0x7100 }]);
    expect(table.stacks(20)).toEqual([]);
  });

  it('does not mistake a thread for one of another process that had its number', () => {
    const table = new ThreadTable(8);
    for (let i = 0; i < 5; i++) table.add(11, 10, 0);
    table.add(11, 30, 0);
    expect([table.samples(11, 10), table.samples(11, 30)]).toEqual([0, 1]);
    expect([table.has(11, 10), table.has(11, 30)]).toEqual([false, true]);
  });

  it('forgets threads that have ended first', () => {
    const table = new ThreadTable(8);
    table.add(1, 10, 0);
    for (let tid = 100; tid < 2000; tid++) {
      table.add(tid, 10, 0);
      table.add(tid, 10, 0);
      table.end(tid);
    }
    expect(table.samples(1, 10)).toBe(1);
    expect(table.samples(1999, 10)).toBe(2);
    expect(table.samples(100, 10)).toBe(0);
  });

  it('forgets the others when all live', () => {
    const table = new ThreadTable(8);
    for (let round = 0; round < 300; round++)
      for (let tid = 1; tid <= 8; tid++) table.add(tid, 10, 0);
    table.add(9, 10, 0);
    const known = Array.from({ length: 9 }, (_, i) => table.samples(i + 1, 10));
    expect(known).toEqual([300, 300, 300, 300, 0, 0, 0, 0, 1]);
  });
});
