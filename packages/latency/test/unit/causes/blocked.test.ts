import { SwitchFlag } from '@hftmon/core';
import { describe, expect, it } from 'vitest';
import { TID, offCpu } from '../../support/records.js';
import { Stage, partsOf } from '../../support/stage.js';

const FUTEX = process.arch === 'arm64' ? 98 : 202;
const FSYNC = process.arch === 'arm64' ? 82 : 74;
const VFORK = 58;
const IO_URING_ENTER = 426;

describe('lock_wait', () => {
  const wait = {
    from: 0,
    to: 90_000,
    woken: 80_000,
    waker: 61,
    syscall: FUTEX,
    argument: 0x7f00_0000_1234,
  };

  it.each([
    [0, 'FUTEX_WAIT'],
    [6, 'FUTEX_LOCK_PI'],
    [13, 'FUTEX_LOCK_PI2'],
  ])('is futex operation %i', (futexOperation, operation) => {
    using stage = new Stage();
    stage
      .task({ tid: TID, comm: 'hot', priority: 50 })
      .task({ tid: 61, comm: 'holder', priority: 120 })
      .deliver(offCpu({ ...wait, futexOperation }));
    expect(partsOf(stage.spike())).toEqual({ lock_wait: 80_000, late_wakeup: 10_000 });
    expect(stage.spike().details).toMatchObject({
      futexAddress: '0x7f0000001234',
      operation,
      syscall: { number: FUTEX, name: 'futex' },
      releasedBy: { tid: 61, comm: 'holder', ns: 80_000 },
      priorityInversion: true,
      locks: [{ futexAddress: '0x7f0000001234', ns: 80_000 }],
    });
  });

  it.each([9, 11])('is not the condition variable of operation %i', (futexOperation) => {
    using stage = new Stage();
    stage.deliver(offCpu({ ...wait, to: 82_000, futexOperation }));
    expect(stage.spikes()).toEqual([]);
  });

  it('is a lock of the kernel when an ordinary task ended a sleep in state D', () => {
    using stage = new Stage();
    stage.task({ tid: 61, comm: 'writer' }).deliver(
      offCpu({
        from: 0,
        to: 90_000,
        woken: 80_000,
        waker: 61,
        flags: SwitchFlag.Uninterruptible,
      }),
    );
    expect(stage.spike()).toMatchObject({
      cause: 'lock_wait',
      details: { releasedBy: { tid: 61, comm: 'writer' } },
    });
    expect(stage.spike().details).not.toHaveProperty('futexAddress');
  });
});

describe('io_wait', () => {
  it('names the call and the descriptor', () => {
    using stage = new Stage();
    const flags = SwitchFlag.IoWait | SwitchFlag.Uninterruptible | SwitchFlag.WokenByInterrupt;
    stage.deliver(
      offCpu({
        from: 0,
        to: 90_000,
        woken: 80_000,
        waker: 61,
        flags,
        syscall: FSYNC,
        argument: 11,
      }),
    );
    expect(partsOf(stage.spike())).toEqual({ io_wait: 80_000, late_wakeup: 10_000 });
    expect(stage.spike().details).toEqual({
      syscall: { number: FSYNC, name: 'fsync' },
      fd: 11,
      inIoWait: true,
      wokenByInterrupt: true,
      count: 1,
    });
  });

  it('is a sleep in state D that a thread of the kernel ended', () => {
    using stage = new Stage();
    stage.task({ tid: 61, comm: 'jbd2/vda1-8', kernelThread: true }).deliver(
      offCpu({
        from: 0,
        to: 90_000,
        woken: 80_000,
        waker: 61,
        flags: SwitchFlag.Uninterruptible,
      }),
    );
    expect(stage.spike()).toMatchObject({ cause: 'io_wait', details: { inIoWait: false } });
  });

  it.runIf(process.arch === 'x64')('is not a vfork, which waits for its child', () => {
    using stage = new Stage();
    stage.deliver(
      offCpu({
        from: 0,
        to: 90_000,
        woken: 89_000,
        waker: 61,
        flags: SwitchFlag.Uninterruptible,
        syscall: VFORK,
      }),
    );
    expect(stage.spikes()).toEqual([]);
  });

  it('is not an event loop on io_uring', () => {
    using stage = new Stage();
    stage.deliver(
      offCpu({
        from: 0,
        to: 90_000,
        woken: 89_000,
        flags: SwitchFlag.IoWait,
        syscall: IO_URING_ENTER,
      }),
    );
    expect(stage.spikes()).toEqual([]);
  });
});
