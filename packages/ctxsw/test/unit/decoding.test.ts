import { describe, expect, it } from 'vitest';
import { NO_STACK, SwitchFlag, type StackFrame } from '@hftmon/core';
import { FakeRoots, taskRecord, writeFakeCpus } from '@hftmon/testkit';
import type { ContextSwitchInfo, ContextSwitchQuery } from '../../src/index.js';
import { hosted } from '../support/hosted.js';
import {
  migrateRecord,
  ranRecord,
  switchRecord,
  type SwitchFields,
} from '../support/switch-record.js';

const tasks = [
  taskRecord({ tid: 7, pid: 5, comm: 'engine' }),
  taskRecord({ tid: 20, comm: 'culprit', policy: 'SCHED_FIFO', priority: 10 }),
  taskRecord({ tid: 21, comm: 'feeder' }),
];

function introduced(roots?: FakeRoots) {
  const host = hosted(roots);
  host.source.push(...tasks);
  return host;
}

function decode(fields: SwitchFields): ContextSwitchInfo {
  const host = introduced();
  host.source.push(switchRecord(fields));
  const [info] = host.collector.snapshot();
  return info!;
}

const frame = (symbol: string): StackFrame => ({
  address: 1n,
  symbol,
  offset: 0,
  module: undefined,
});

describe('a Switch record', () => {
  it('of a sleeper woken by a task', () => {
    expect(
      decode({
        cpu: 1,
        cpuFrom: 3,
        timestampNs: 2e9,
        durationNs: 1_500_250,
        next: 20,
        previous: 21,
        waker: 21,
        waitNs: 12_500,
        flags: SwitchFlag.Voluntary | SwitchFlag.WakeSeen | SwitchFlag.Migrated,
        syscall: process.arch === 'arm64' ? 98 : 202,
      }),
    ).toMatchObject({
      timestamp: new Date(2000),
      timestampNs: 2e9,
      pid: 5,
      tid: 7,
      comm: 'engine',
      cpuFrom: 3,
      cpuTo: 1,
      voluntary: true,
      durationUs: 1500.25,
      runQueueWaitUs: 12.5,
      state: 'sleeping',
      switchedTo: { tid: 20, comm: 'culprit' },
      ranBefore: { tid: 21, comm: 'feeder' },
      wokenBy: { tid: 21, comm: 'feeder' },
      wokenByInterrupt: false,
      syscall: 'futex',
      incomplete: false,
      newThread: false,
    });
  });

  it('of a preempted thread', () => {
    const info = decode({ next: 20, previous: 20, flags: SwitchFlag.PreemptedInKernel });
    expect(info).toMatchObject({
      voluntary: false,
      state: 'runnable',
      preemptionReason: 'higher priority',
      preemptedInKernel: true,
      switchedTo: { tid: 20, comm: 'culprit' },
    });
    expect(info).not.toHaveProperty('wokenBy');
    expect(info).not.toHaveProperty('syscall');
  });

  it('does not blame the task that an interrupt hit', () => {
    const flags = SwitchFlag.Voluntary | SwitchFlag.WakeSeen | SwitchFlag.WokenByInterrupt;
    const info = decode({ waker: 21, flags });
    expect(info.wokenByInterrupt).toBe(true);
    expect(info).not.toHaveProperty('wokenBy');
    // The idle task wakes nobody by itself.
    const idle = decode({ waker: 0, flags: SwitchFlag.Voluntary | SwitchFlag.WakeSeen });
    expect(idle.wokenByInterrupt).toBe(true);
  });

  it.each([
    [SwitchFlag.Voluntary, 'sleeping'],
    [SwitchFlag.Voluntary | SwitchFlag.Uninterruptible, 'disk'],
    [SwitchFlag.Voluntary | SwitchFlag.IoWait, 'disk'],
    [SwitchFlag.Voluntary | SwitchFlag.Stopped, 'stopped'],
    [SwitchFlag.Voluntary | SwitchFlag.Traced, 'traced'],
    [0, 'runnable'],
    [SwitchFlag.Yielded, 'runnable'],
  ])('with flags %i is %s', (flags, state) => {
    expect(decode({ flags }).state).toBe(state);
  });

  it('whose begin was not seen says so, and names nobody', () => {
    const first = decode({ next: 20, flags: SwitchFlag.First });
    expect(first.incomplete).toBe(true);
    expect(first).not.toHaveProperty('switchedTo');
    const born = decode({
      waker: 21,
      flags: SwitchFlag.NewThread | SwitchFlag.Voluntary | SwitchFlag.WakeSeen,
    });
    expect(born).toMatchObject({ newThread: true, wokenBy: { tid: 21 } });
    expect(born).not.toHaveProperty('switchedTo');
  });

  it('whose return was not traced names nobody before it', () => {
    const info = decode({ flags: SwitchFlag.Voluntary | SwitchFlag.ReturnUnseen });
    expect(info.returnUnseen).toBe(true);
    expect(info).not.toHaveProperty('ranBefore');
    expect(decode({}).returnUnseen).toBe(false);
  });

  it('whose wake-up was not traced blames nobody for it', () => {
    const info = decode({ waker: 21, flags: SwitchFlag.Voluntary });
    expect(info).toMatchObject({ wakeUnseen: true, wokenByInterrupt: false });
    expect(info).not.toHaveProperty('wokenBy');
    expect(decode({ flags: 0 }).wakeUnseen).toBe(false);
    const seen = SwitchFlag.Voluntary | SwitchFlag.WakeSeen;
    expect(decode({ waker: 21, flags: seen }).wakeUnseen).toBe(false);
  });

  it('waits of more than 32 bits of ns', () => {
    expect(decode({ waitNs: 2 ** 39 + 3 }).runQueueWaitUs).toBe((2 ** 39 + 3) / 1e3);
  });

  it('names the idle task, and nobody who was never told', () => {
    const info = decode({ tid: 99, next: 0, previous: 55 });
    expect(info).toMatchObject({
      pid: 0,
      comm: '',
      switchedTo: { tid: 0, comm: 'swapper' },
      ranBefore: { tid: 55, comm: '' },
    });
  });

  it('brings its stacks when they are asked for and were taken', () => {
    const host = introduced();
    host.source.userStacks.set(3, [frame('poll_loop')]);
    host.source.kernelStacks.set(0, [frame('schedule')]);
    host.source.push(
      switchRecord({ userStack: 3, kernelStack: 0 }),
      switchRecord({ userStack: NO_STACK, kernelStack: 0 }),
      switchRecord({ userStack: NO_STACK, kernelStack: NO_STACK }),
    );
    const traces = host.collector
      .snapshot({ includeStackTrace: true })
      .map(({ stackTrace }) => stackTrace);
    expect(traces).toEqual([
      { user: [frame('poll_loop')], kernel: [frame('schedule')] },
      { user: [], kernel: [frame('schedule')] },
      undefined,
    ]);
    expect(host.collector.snapshot()[0]).not.toHaveProperty('stackTrace');
  });

  it('says why it has no stack, when it is asked for', () => {
    const host = introduced();
    const none = { userStack: NO_STACK, kernelStack: NO_STACK };
    host.source.push(
      switchRecord({ ...none, durationNs: 9_999 }),
      switchRecord({ ...none, durationNs: 10_000 }),
      switchRecord({ ...none, flags: SwitchFlag.Voluntary | SwitchFlag.First }),
      switchRecord({ ...none, flags: SwitchFlag.NewThread }),
      switchRecord({ userStack: 3, kernelStack: NO_STACK }),
    );
    const reasons = (query: ContextSwitchQuery) =>
      host.collector.snapshot(query).map(({ noStackTrace }) => noStackTrace);
    const query = { includeStackTrace: true };
    const [off] = reasons(query);
    expect(off?.reason).toMatch(/no stacks are taken/);
    expect(off?.remedy).toMatch(/stackTraces.*stacksFromNs/);
    expect(reasons(query)).toEqual([off, off, off, off, undefined]);
    host.source.options = { stacksFromNs: 10_000 };
    expect(reasons(query).map((missing) => missing?.reason)).toEqual([
      'stacks are kept of times off the CPU of 10000 ns and longer',
      expect.stringMatching(/the kernel could not take it/),
      expect.stringMatching(/when it was attached/),
      expect.stringMatching(/new/),
      undefined,
    ]);
    expect(host.collector.snapshot().some((info) => 'noStackTrace' in info)).toBe(false);
  });

  it('brings the stacks of the one who took the CPU, from that very run', () => {
    const host = introduced();
    host.source.userStacks.set(4, [frame('compress')]);
    host.source.kernelStacks.set(9, [frame('schedule')]);
    const run = { tid: 20, timestampNs: 7000, userStack: 4, kernelStack: 9 };
    host.source.push(
      ranRecord(run),
      ranRecord({ ...run, cpu: 2, userStack: 5 }),
      ranRecord({ ...run, timestampNs: 7001, userStack: 5 }),
      switchRecord({ timestampNs: 7000, next: 20, flags: 0 }),
      switchRecord({ timestampNs: 7000, next: 21, flags: 0 }),
      switchRecord({ timestampNs: 8000, next: 20, flags: 0 }),
      switchRecord({ timestampNs: 7000, next: 20, flags: SwitchFlag.Voluntary }),
    );
    const stacks = (query: ContextSwitchQuery) =>
      host.collector.snapshot(query).map(({ preemptorStack }) => preemptorStack);
    const found = { user: [frame('compress')], kernel: [frame('schedule')] };
    expect(stacks({ includeStackTrace: true })).toEqual([found, undefined, undefined, undefined]);
    expect(stacks({})).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('says how many others wanted the CPU, or nothing where that is not known', () => {
    expect(decode({ depth: 3 }).runQueueDepth).toBe(3);
    expect(decode({ depth: 0, waitNs: 2 ** 39, cpuFrom: 0x1234 })).toMatchObject({
      runQueueDepth: 0,
      cpuFrom: 0x1234,
      runQueueWaitUs: 2 ** 39 / 1e3,
    });
    expect(decode({})).not.toHaveProperty('runQueueDepth');
  });
});

describe('NUMA nodes', () => {
  it('are those of the CPUs', () => {
    using roots = new FakeRoots();
    writeFakeCpus(roots, { count: 4 });
    roots.write('sys/devices/system/node/node0/cpulist', '0-1\n');
    roots.write('sys/devices/system/node/node1/cpulist', '2-3\n');
    const host = introduced(roots);
    host.source.push(
      switchRecord({ cpuFrom: 0, cpu: 3 }),
      migrateRecord(0, 3, { mover: 21 }),
      migrateRecord(3, 2),
      migrateRecord(2, 1),
      migrateRecord(1, 9),
    );
    host.deliverAll();
    const { collector } = host;
    expect(collector.snapshot()[0]).toMatchObject({ nodeFrom: 0, nodeTo: 1 });
    expect(collector.migrations()).toMatchObject([
      { cpuFrom: 0, cpuTo: 3, nodeFrom: 0, nodeTo: 1, pid: 5, movedBy: { comm: 'feeder' } },
      { cpuFrom: 3, cpuTo: 2, nodeFrom: 1, nodeTo: 1, movedBy: { comm: 'swapper' } },
      { nodeFrom: 1, nodeTo: 0 },
      { nodeFrom: 0, cpuTo: 9 },
    ]);
    expect(collector.migrations()[3]).not.toHaveProperty('nodeTo');
    expect(collector.migrationCounts()).toEqual({
      total: 4,
      crossNode: 2,
      byNodes: [
        { from: 0, to: 1, count: 1 },
        { from: 1, to: 0, count: 1 },
        { from: 1, to: 1, count: 1 },
      ],
    });
    host.close();
  });

  it('are left out on a kernel without NUMA', () => {
    using roots = new FakeRoots();
    const host = introduced(roots);
    host.source.push(switchRecord({ cpuFrom: 0, cpu: 1 }), migrateRecord(0, 1));
    host.deliverAll();
    expect(host.collector.snapshot()[0]).not.toHaveProperty('nodeFrom');
    expect(host.collector.migrationCounts()).toEqual({ total: 1, crossNode: 0, byNodes: [] });
    host.close();
  });
});
