import { describe, expect, it } from 'vitest';
import {
  RecordKind,
  TaskTable,
  createBatch,
  policyName,
  writeHeader,
  type RecordBatch,
  type TaskInfo,
} from '../../../src/index.js';

function task(tid: number, comm: string, changes: Partial<TaskInfo> = {}): TaskInfo {
  const policy = 'SCHED_OTHER';
  return { tid, pid: tid, comm, policy, priority: 120, kernelThread: false, ...changes };
}

function taskRecord(batch: RecordBatch, i: number, comm: string): void {
  const base = i * 16;
  writeHeader(batch.u32, batch.f64, base, RecordKind.Task, 0, 100 + i, 1000 * i, 0);
  batch.u32.set([77, 1 | (49 << 16)], base + 6);
  new Uint8Array(batch.u32.buffer, (base + 8) * 4, 16).set(new TextEncoder().encode(comm));
  batch.u32[base + 12] = i;
}

describe('TaskTable', () => {
  it('takes Task records out of a batch', () => {
    const batch = createBatch(4);
    taskRecord(batch, 0, 'matcher');
    taskRecord(batch, 1, 'fünfzehn-bytes');
    writeHeader(batch.u32, batch.f64, 32, RecordKind.Switch, 0, 102, 0, 0);
    taskRecord(batch, 3, 'not in the batch');
    batch.count = 3;
    const table = new TaskTable();
    table.onRecords(batch);
    expect(table.size).toBe(2);
    expect(table.lookup(100)).toEqual({
      tid: 100,
      pid: 77,
      comm: 'matcher',
      policy: 'SCHED_FIFO',
      priority: 49,
      kernelThread: false,
    });
    expect(table.lookup(101)).toMatchObject({ comm: 'fünfzehn-bytes', kernelThread: true });
    expect(table.lookup(102)).toBe(undefined);
  });

  it('knows who had a tid at which time', () => {
    const table = new TaskTable();
    table.set(task(5, 'old'), 1000);
    table.set(task(5, 'new'), 2000);
    const at = (ns?: number): string | undefined => table.lookup(5, ns)?.comm;
    expect([at(0), at(1000), at(1999.9), at(2000), at(1e12), at()]).toEqual([
      'old',
      'old',
      'old',
      'new',
      'new',
      'new',
    ]);
  });

  it('sorts entries that come late', () => {
    const table = new TaskTable();
    table.set(task(5, 'c'), 3000);
    table.set(task(5, 'a'), 1000);
    table.set(task(5, 'b'), 2000);
    expect([500, 1500, 2500, 3500].map((ns) => table.lookup(5, ns)?.comm)).toEqual([
      'a',
      'a',
      'b',
      'c',
    ]);
  });

  it('keeps a few entries per tid, the latest', () => {
    const table = new TaskTable();
    for (let i = 0; i < 100; i++) table.set(task(5, `name ${i}`), i);
    expect(table.lookup(5, 0)?.comm).toBe('name 36');
    expect(table.lookup(5)?.comm).toBe('name 99');
  });

  it('makes no new entry of the same task', () => {
    const table = new TaskTable();
    table.set(task(5, 'first'), 0);
    for (let i = 1; i < 100; i++) table.set(task(5, 'same'), i);
    expect(table.lookup(5, 0)?.comm).toBe('first');
    table.set(task(5, 'same', { policy: 'SCHED_RR' }), 100);
    expect(table.lookup(5, 50)?.policy).toBe('SCHED_OTHER');
    expect(table.lookup(5)?.policy).toBe('SCHED_RR');
  });

  it('still knows the priorities that a thread had a moment ago', () => {
    const table = new TaskTable();
    for (let i = 0; i < 40; i++) table.set(task(5, 'waiter', { priority: i % 2 ? 69 : 120 }), i);
    const priorities = [0, 1, 2, 38.5, 39].map((ns) => table.lookup(5, ns)?.priority);
    expect(priorities).toEqual([120, 69, 120, 120, 69]);
  });

  it('forgets the tid announced longest ago', () => {
    const table = new TaskTable(3);
    for (const tid of [1, 2, 3]) table.set(task(tid, 'x'), 0);
    table.set(task(1, 'x'), 10);
    table.set(task(4, 'x'), 20);
    expect([1, 2, 3, 4].map((tid) => table.lookup(tid) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    for (let tid = 0; tid < 10_000; tid++) table.set(task(tid, 'x'), 0);
    expect(table.size).toBe(3);
  });
});

describe('policyName', () => {
  it('names every policy of Linux', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(policyName)).toEqual([
      'SCHED_OTHER',
      'SCHED_FIFO',
      'SCHED_RR',
      'SCHED_BATCH',
      'SCHED_4',
      'SCHED_IDLE',
      'SCHED_DEADLINE',
      'SCHED_EXT',
    ]);
  });
});
