import { LockFlag, SwitchFlag } from '@hftmon/core';
import { describe, expect, it } from 'vitest';
import { fault, kernelLock, offCpu, ran, syscall } from '../../support/records.js';
import { Stage, detailsOf, partsOf } from '../../support/stage.js';

const uninterruptible = SwitchFlag.Uninterruptible;

describe('lock_wait for a lock of the kernel', () => {
  it('is spinning and sleep together, with who held it and who let it go', () => {
    using stage = new Stage();
    stage
      .task({ tid: 31, comm: 'holder', priority: 130 })
      .task({ tid: 7, comm: 'hot', priority: 110 })
      .deliver(
        offCpu({ from: 20_000, to: 90_000, woken: 85_000, waker: 31, flags: uninterruptible }),
        kernelLock({ from: 10_000, to: 91_000, owner: 31, address: 0x8881_0123_4560 }),
      );
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({ lock_wait: 76_000, late_wakeup: 5000 });
    const holder = { tid: 31, comm: 'holder', policy: 'SCHED_OTHER', priority: 130 };
    const lock = {
      ns: 76_000,
      count: 1,
      kernelLock: { address: '0xffff888101234560', type: 'mutex', spinningNs: 11_000 },
      heldBy: { ...holder, ns: 76_000, count: 2 },
      releasedBy: { ...holder, ns: 65_000, count: 1 },
      priorityInversion: true,
    };
    expect(detailsOf(spike, 'lock_wait')).toEqual({ ...lock, locks: [lock] });
  });

  it('is the inner cause of a page fault and of a system call', () => {
    using stage = new Stage();
    stage.deliver(
      kernelLock({ from: 20_000, to: 70_000, flags: LockFlag.Read | LockFlag.Mmap }),
      fault({ from: 10_000, to: 80_000 }),
      kernelLock({ from: 82_000, to: 85_000, flags: LockFlag.Spin, address: 4096 }),
      syscall(1, { from: 81_000, to: 90_000, net: 6000 }),
    );
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({
      lock_wait: 53_000,
      page_fault: 20_000,
      syscall: 6000,
      unexplained: 1000,
    });
    expect(detailsOf(spike, 'lock_wait')).toMatchObject({
      locks: [
        { kernelLock: { type: 'rwsem', access: 'read', mmapLock: true, spinningNs: 50_000 } },
        { kernelLock: { type: 'spinlock', spinningNs: 3000 } },
      ],
    });
  });

  it.each([
    [LockFlag.Mutex | LockFlag.Spin, 'mutex', undefined],
    [LockFlag.Write, 'rwsem', 'write'],
    [LockFlag.PerCpu | LockFlag.Read, 'percpu_rwsem', 'read'],
    [LockFlag.Rt, 'rt_mutex', undefined],
    [LockFlag.Spin | LockFlag.Write, 'rwlock', 'write'],
    [LockFlag.Spin, 'spinlock', undefined],
  ])('tells the kinds of locks apart (%i: %s)', (flags, type, access) => {
    using stage = new Stage();
    stage.deliver(kernelLock({ from: 10_000, to: 91_000, flags }));
    const { kernelLock: lock } = detailsOf(stage.spike(), 'lock_wait') as {
      kernelLock: Record<string, unknown>;
    };
    expect(lock['type']).toBe(type);
    expect(lock['access']).toBe(access);
  });

  it('leaves time behind others, once it could have the lock, to the run queue', () => {
    using stage = new Stage();
    stage.deliver(
      ran(37, 60_000, 90_000),
      offCpu({ from: 20_000, to: 90_000, woken: 60_000, waker: 31, previous: 37 }),
      kernelLock({ from: 10_000, to: 91_000 }),
    );
    // Asleep in a wait for a lock that can be interrupted: no sleep of its own will.
    expect(partsOf(stage.spike())).toEqual({ lock_wait: 51_000, run_queue_wait: 30_000 });
  });
});
