import { FaultType, SwitchFlag, VectorFlag, VectorType } from '@hftmon/core';
import { describe, expect, it } from 'vitest';
import {
  PID,
  TID,
  fault,
  hardIrq,
  move,
  nmi,
  offCpu,
  ran,
  signal,
  softirq,
  syscall,
  vector,
} from '../support/records.js';
import { Stage, detailsOf, partsOf } from '../support/stage.js';

const FUTEX = process.arch === 'arm64' ? 98 : 202;
const FSYNC = process.arch === 'arm64' ? 82 : 74;
const VFORK = 58;
const IO_URING_ENTER = 426;

describe('preemption', () => {
  it('is shared among those who had the CPU, net of what interrupted them', () => {
    using stage = new Stage();
    stage
      .task({ tid: 31, comm: 'hog', policy: 'SCHED_FIFO', priority: 50 })
      .task({ tid: 37, comm: 'other' })
      .deliver(
        vector({ from: 20_011, to: 21_018, tid: 31, waiting: true }),
        ran(31, 10_007, 60_013),
        softirq(3, { from: 70_001, to: 70_998, tid: 37, waiting: true }),
        offCpu({ from: 10_007, to: 110_017, next: 31, previous: 37 }),
      );
    const spike = stage.spike();
    expect(spike).toMatchObject({
      timestampNs: 10_007,
      durationNs: 100_010,
      durationUs: 100.01,
      cause: 'preemption',
      causeClass: 'context_switch',
      tid: TID,
      threadId: TID,
      pid: PID,
      comm: 'hot',
      cpu: 0,
    });
    expect(partsOf(spike)).toEqual({
      preemption: 100_010 - 1007 - 997,
      timer_tick: 1007,
      softirq: 997,
    });
    const other = { tid: 37, comm: 'other', policy: 'SCHED_OTHER', priority: 120, count: 1 };
    const hog = { tid: 31, comm: 'hog', policy: 'SCHED_FIFO', priority: 50, count: 1 };
    expect(spike.details).toEqual({
      by: [
        { ...other, ns: 110_017 - 60_013 - 997 },
        { ...hog, ns: 60_013 - 10_007 - 1007 },
      ],
      count: 1,
      cpu: 0,
      inKernel: false,
    });
  });

  it('names the one who took the CPU when nobody else ran', () => {
    using stage = new Stage();
    stage.deliver(
      offCpu({ from: 1, to: 77_778, next: 31, previous: 31, flags: SwitchFlag.PreemptedInKernel }),
    );
    expect(stage.spike().details).toMatchObject({ by: [{ tid: 31, ns: 77_777 }], inKernel: true });
  });

  it('follows the thread to the CPU it was moved to while it waited', () => {
    using stage = new Stage();
    stage.deliver(
      move(40_000, 2, 3, 99),
      ran(53, 30_000, 70_000, 3),
      offCpu({ from: 10_000, to: 90_000, next: 51, previous: 57, cpuFrom: 2, cpu: 3 }),
    );
    expect(stage.spike().details).toMatchObject({
      by: [
        { tid: 51, ns: 30_000 },
        { tid: 53, ns: 30_000 },
        { tid: 57, ns: 20_000 },
      ],
      cpu: 2,
      cpuTo: 3,
    });
  });

  it('does not say by whom where that is not on record', () => {
    using stage = new Stage();
    stage.deliver(
      ran(31, 20_000, 40_000),
      ran(37, 60_000, 80_000),
      offCpu({ from: 20_000, to: 90_000, next: 31, previous: 41 }),
    );
    expect(stage.spike().details).toMatchObject({ unknownNs: 20_000 });
    expect(partsOf(stage.spike())).toEqual({ preemption: 70_000 });
  });

  it('is not what it is called when the CPU was idle', () => {
    using stage = new Stage();
    stage.deliver(offCpu({ from: 0, to: 90_000, next: 0, previous: 0 }));
    expect(partsOf(stage.spike())).toEqual({ unexplained: 90_000 });
    const details = detailsOf(stage.spike(), 'unexplained');
    expect(details).toMatchObject({ idleWhileRunnableNs: 90_000, betweenNs: 0 });
    expect(details['notRuledOut']).toContain('throttled');
  });
});

describe('run_queue_wait and late_wakeup', () => {
  it('is a wait behind others from the wake-up on', () => {
    using stage = new Stage();
    stage
      .task({ tid: 31, comm: 'hog' })
      .deliver(
        ran(31, 1_000_000, 1_060_000),
        offCpu({ from: 0, to: 1_080_000, woken: 1_000_000, next: 0, previous: 37, waker: 61 }),
      );
    const spike = stage.spike();
    expect(spike).toMatchObject({
      timestampNs: 1_000_000,
      durationNs: 80_000,
      cause: 'run_queue_wait',
    });
    expect(spike.details).toMatchObject({
      by: [
        { tid: 31, comm: 'hog', ns: 60_000 },
        { tid: 37, comm: '', ns: 20_000 },
      ],
      tasksAhead: 2,
      waker: { tid: 61 },
      wokenByInterrupt: false,
    });
  });

  it('is a late wake-up when the CPU was idle, less what kept it busy', () => {
    using stage = new Stage();
    stage.deliver(
      vector({ from: 999_000, to: 1_003_000, tid: 0, waiting: true }),
      offCpu({
        from: 0,
        to: 1_080_000,
        woken: 1_000_000,
        previous: 0,
        waker: 0,
        flags: SwitchFlag.WokenByInterrupt,
      }),
    );
    expect(partsOf(stage.spike())).toEqual({ late_wakeup: 77_000, timer_tick: 3000 });
    expect(stage.spike().details).toEqual({
      wokenByInterrupt: true,
      cpu: 0,
      count: 1,
      wokenNs: 1_000_000,
      ranNs: 1_080_000,
    });
  });

  it('is both when the CPU was idle first and then taken by another', () => {
    using stage = new Stage();
    stage.deliver(
      ran(0, 1_000_000, 1_030_000),
      offCpu({ from: 0, to: 1_080_000, woken: 1_000_000, previous: 37 }),
    );
    expect(partsOf(stage.spike())).toEqual({ run_queue_wait: 50_000, late_wakeup: 30_000 });
  });

  it('counts the way to the CPU that the waker chose as a late wake-up', () => {
    using stage = new Stage();
    stage.deliver(
      move(1_002_000, 0, 1, 61),
      offCpu({
        from: 0,
        to: 1_080_000,
        woken: 1_000_000,
        previous: 37,
        waker: 61,
        cpuFrom: 0,
        cpu: 1,
      }),
    );
    expect(partsOf(stage.spike())).toEqual({ run_queue_wait: 78_000, late_wakeup: 2000 });
  });

  it('is a wait behind somebody unknown when a balancer ended it', () => {
    using stage = new Stage();
    stage.deliver(
      move(1_060_000, 0, 1, 99),
      offCpu({
        from: 0,
        to: 1_080_000,
        woken: 1_000_000,
        previous: 0,
        waker: 61,
        cpuFrom: 0,
        cpu: 1,
      }),
    );
    expect(partsOf(stage.spike())).toEqual({ run_queue_wait: 60_000, late_wakeup: 20_000 });
    expect(stage.spike().details).toMatchObject({ by: [], unknownNs: 60_000, tasksAhead: 0 });
  });

  it('is the price of sched_yield', () => {
    using stage = new Stage();
    stage.deliver(
      offCpu({ from: 0, to: 60_000, next: 31, previous: 31, flags: SwitchFlag.Yielded }),
    );
    expect(stage.spike()).toMatchObject({ cause: 'run_queue_wait', details: { yielded: true } });
  });

  it('is also that of a new thread', () => {
    using stage = new Stage();
    stage.deliver(
      offCpu({
        from: 0,
        to: 60_000,
        woken: 0,
        previous: 31,
        waker: 9,
        flags: SwitchFlag.NewThread,
      }),
    );
    expect(stage.spike().details).toMatchObject({ newThread: true, waker: { tid: 9 } });
  });

  it('blames nothing on the time before the first event', () => {
    using stage = new Stage();
    const first = SwitchFlag.First;
    stage.deliver(offCpu({ from: 0, to: 900_000, next: 31, previous: 31, flags: first }));
    expect(stage.spikes()).toEqual([]);
    stage.deliver(
      offCpu({ from: 1_000_000, to: 2_000_000, woken: 1_900_000, previous: 31, flags: first }),
    );
    expect(partsOf(stage.spike())).toEqual({ run_queue_wait: 100_000 });
  });
});

describe('what the kernel did not trace', () => {
  it('is not called a wait: a sleep without a wake-up', () => {
    using stage = new Stage();
    const record = offCpu({ from: 0, to: 900_000, woken: 900_000, previous: 31, waker: 61 });
    const words = [...record.words!];
    words[6]! &= ~SwitchFlag.WakeSeen;
    stage.deliver({ ...record, words });
    expect(stage.spikes()).toEqual([]);
  });

  it('has nobody who ran before: a return that was found out later', () => {
    using stage = new Stage();
    stage.deliver(
      ran(31, 1_000_000, 1_050_000),
      offCpu({
        from: 0,
        to: 1_080_000,
        woken: 1_000_000,
        waker: 61,
        flags: SwitchFlag.ReturnUnseen,
      }),
    );
    expect(partsOf(stage.spike())).toEqual({ run_queue_wait: 80_000 });
    expect(stage.spike().details).toMatchObject({
      by: [{ tid: 31, ns: 50_000 }],
      unknownNs: 30_000,
    });
    expect(stage.spike().estimated).toBe(true);
  });
});

describe('migration', () => {
  it('is what the migration thread does', () => {
    using stage = new Stage();
    stage
      .task({ tid: 17, comm: 'migration/0', kernelThread: true, policy: 'SCHED_FIFO', priority: 0 })
      .deliver(
        move(40_000, 0, 1, 17),
        offCpu({ from: 10_000, to: 90_000, next: 17, previous: 57, cpuFrom: 0, cpu: 1 }),
      );
    expect(partsOf(stage.spike())).toEqual({ run_queue_wait: 50_000, migration: 30_000 });
    expect(detailsOf(stage.spike(), 'migration')).toEqual({
      from: 0,
      to: 1,
      mover: { tid: 17, comm: 'migration/0' },
      count: 1,
    });
    expect(detailsOf(stage.spike(), 'run_queue_wait')['by']).toMatchObject([
      { tid: 57, ns: 50_000 },
    ]);
  });

  it('is preemption when it came back to the same CPU', () => {
    using stage = new Stage();
    stage
      .task({ tid: 17, comm: 'migration/0', kernelThread: true })
      .deliver(offCpu({ from: 10_000, to: 90_000, next: 17, previous: 17 }));
    expect(partsOf(stage.spike())).toEqual({ preemption: 80_000 });
  });

  it('is also the sleep of a thread that moves itself, but not what it then waits for', () => {
    using stage = new Stage();
    const flags = SwitchFlag.Uninterruptible;
    const others = { next: 17, previous: 57, waker: 17, flags, cpuFrom: 0, cpu: 1 };
    stage
      .task({ tid: 17, comm: 'migration/0', kernelThread: true })
      .deliver(move(60_000, 0, 1, 17), offCpu({ from: 0, to: 90_000, woken: 70_000, ...others }));
    expect(partsOf(stage.spike())).toEqual({ migration: 70_000, run_queue_wait: 20_000 });
    expect(detailsOf(stage.spike(), 'migration')).toMatchObject({
      from: 0,
      to: 1,
      mover: { tid: 17 },
    });
  });
});

describe('stopped', () => {
  const flags = SwitchFlag.Stopped;

  it('names the signal, its sender and who let it go on', () => {
    using stage = new Stage();
    stage
      .task({ tid: 61, comm: 'stopper' })
      .deliver(
        signal(10, 900, 77),
        signal(19, 1000, 61, PID),
        offCpu({ from: 2000, to: 5_010_000, woken: 5_002_000, waker: 61, flags }),
      );
    expect(partsOf(stage.spike())).toEqual({ stopped: 5_000_000, late_wakeup: 8000 });
    const task = { tid: 61, comm: 'stopper' };
    expect(stage.spike().details).toEqual({
      by: 'signal',
      signal: 'SIGSTOP',
      sender: task,
      resumedBy: task,
      count: 1,
    });
  });

  it("does not blame another process's signal, or a later one", () => {
    using stage = new Stage();
    stage.deliver(
      signal(19, 1000, 61, 999),
      signal(19, 3000, 61),
      offCpu({ from: 2000, to: 5_010_000, woken: 5_002_000, waker: 61, flags }),
    );
    expect(stage.spike().details).not.toHaveProperty('sender');
  });

  it('is ptrace when the thread was traced', () => {
    using stage = new Stage();
    stage.deliver(
      offCpu({ from: 0, to: 90_000, woken: 90_000, waker: 61, flags: SwitchFlag.Traced }),
    );
    expect(stage.spike()).toMatchObject({
      cause: 'stopped',
      details: { by: 'ptrace', resumedBy: { tid: 61 } },
    });
  });
});

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

describe('interrupts', () => {
  it('are hard_irq with the names of /proc/interrupts', () => {
    using stage = new Stage({ thresholdUs: 5 });
    stage.roots.write('proc/interrupts', '      CPU0\n 24:  5  PCI-MSI 0-edge virtio0-input.0\n');
    stage.deliver(
      hardIrq(24, { from: 0, to: 4001 }),
      hardIrq(31, { from: 4001, to: 6002 }),
      vector({ from: 6002, to: 6013, type: VectorType.Thermal }),
    );
    expect(stage.spike()).toMatchObject({
      cause: 'hard_irq',
      details: {
        irqs: [
          { irq: 24, name: 'virtio0-input.0', ns: 4001, count: 1 },
          { irq: 31, ns: 2001, count: 1 },
          { name: 'thermal', ns: 11, count: 1 },
        ],
      },
    });
  });

  it('are softirq with vector and delay', () => {
    using stage = new Stage({ thresholdUs: 5 });
    stage.deliver(
      softirq(3, { from: 0, to: 4000, flags: 8, delay: 700 }),
      softirq(3, { from: 4000, to: 9000, flags: 12, delay: 900 }),
      softirq(1, { from: 9000, to: 9100 }),
    );
    expect(stage.spike().details).toEqual({
      vectors: [
        { vector: 3, name: 'NET_RX', ns: 9000, count: 2, inKsoftirqd: 1, delayNs: 900 },
        { vector: 1, name: 'TIMER', ns: 100, count: 1, inKsoftirqd: 0 },
      ],
    });
  });

  it('are timer_tick when the local timer fired', () => {
    using stage = new Stage({ thresholdUs: 5 });
    stage.deliver(vector({ from: 0, to: 5003 }));
    expect(stage.spike()).toMatchObject({ cause: 'timer_tick', details: { count: 1 } });
  });

  it('are ipi with type, sender and call site', () => {
    using stage = new Stage({ thresholdUs: 5 });
    const flags = VectorFlag.SenderSeen | VectorFlag.TlbFlush;
    const call = VectorType.CallFunction;
    stage.task({ tid: 61, comm: 'sender' }).deliver(
      vector({
        from: 0,
        to: 4000,
        type: call,
        flags,
        sender: 61,
        senderCpu: 2,
        callSite: 0xabc_def0_1234,
      }),
      vector({
        from: 4000,
        to: 6000,
        type: call,
        flags,
        sender: 61,
        senderCpu: 2,
        callSite: 0xabc_def0_1234,
      }),
      vector({ from: 6000, to: 7000, type: VectorType.Reschedule }),
    );
    expect(stage.spike()).toMatchObject({
      cause: 'ipi',
      details: {
        types: [
          { type: 'call_function', ns: 6000, count: 2 },
          { type: 'reschedule', ns: 1000, count: 1 },
        ],
        tlbFlushes: 2,
        senders: [
          { tid: 61, comm: 'sender', cpu: 2, ns: 6000, count: 2, callSite: '0xabcdef01234' },
        ],
      },
    });
  });

  it('are nmi with their handler', () => {
    using stage = new Stage({ thresholdUs: 5 });
    stage.deliver(nmi({ from: 0, to: 6007 }, 0x4321));
    expect(stage.spike()).toMatchObject({
      cause: 'nmi',
      details: { handlers: [{ address: '0x4321', ns: 6007, count: 1 }] },
    });
  });
});

describe('page_fault', () => {
  it('has address, type and mapping', () => {
    using stage = new Stage();
    stage.roots.write(`proc/${PID}/maps`, '7000-9000 rw-p 00000000 00:00 0 [heap]\n');
    stage.deliver(
      fault({ from: 0, to: 60_000, address: 0x7123 }),
      fault({ from: 60_000, to: 70_000, address: 0xa000, type: FaultType.Major }),
    );
    expect(stage.spike()).toMatchObject({
      cause: 'page_fault',
      details: {
        minor: 1,
        major: 1,
        blockedNs: 0,
        faults: [
          { address: '0x7123', type: 'minor', ns: 60_000, mapping: '[heap]' },
          { address: '0xa000', type: 'major', ns: 10_000 },
        ],
      },
    });
  });

  it.each([
    ['for the disk', SwitchFlag.IoWait | SwitchFlag.Uninterruptible],
    ['as if by its own will', 0],
  ])('has the time that it slept %s', (_what, flags) => {
    using stage = new Stage();
    stage.deliver(
      offCpu({ from: 20_000, to: 90_000, woken: 80_000, previous: 0, flags }),
      fault({ from: 10_000, to: 95_000, type: FaultType.Major }),
    );
    expect(partsOf(stage.spike())).toEqual({ page_fault: 75_000, late_wakeup: 10_000 });
    expect(stage.spike().details).toMatchObject({ major: 1, blockedNs: 60_000 });
  });
});

describe('syscall', () => {
  it('is what no inner interval took', () => {
    using stage = new Stage();
    stage.deliver(
      vector({ from: 20_000, to: 23_000 }),
      offCpu({ from: 30_000, to: 40_000, next: 31, previous: 31 }),
      syscall(FSYNC, { from: 10_000, to: 80_000, net: 57_000 }),
    );
    expect(partsOf(stage.spike())).toEqual({
      syscall: 57_000,
      preemption: 10_000,
      timer_tick: 3000,
    });
    expect(stage.spike().details).toEqual({
      calls: [{ number: FSYNC, name: 'fsync', ns: 57_000, count: 1 }],
    });
  });

  it('is never more than the kernel accounts to it', () => {
    using stage = new Stage();
    stage.deliver(syscall(FSYNC, { from: 10_000, to: 80_000, net: 69_000 }));
    expect(partsOf(stage.spike())).toEqual({ syscall: 69_000, unexplained: 1000 });
    expect(detailsOf(stage.spike(), 'unexplained')).toMatchObject({ unaccountedNs: 1000 });
  });

  it('is left out when a sleep in it was not told', () => {
    using stage = new Stage();
    stage.deliver(syscall(FSYNC, { from: 10_000, to: 980_000, net: 60_000 }));
    expect(stage.spikes()).toEqual([]);
    expect(stage.collector.metrics().distrusted_syscalls).toBe(1);
  });
});
