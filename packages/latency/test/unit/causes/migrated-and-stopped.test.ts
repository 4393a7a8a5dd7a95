import { SwitchFlag } from '@hftmon/core';
import { describe, expect, it } from 'vitest';
import { PID, move, offCpu, signal } from '../../support/records.js';
import { Stage, detailsOf, partsOf } from '../../support/stage.js';

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

  it('is the wake-up of the idle CPU on which another task has put it', () => {
    using stage = new Stage();
    stage
      .task({ tid: 57, comm: 'balancer' })
      .deliver(
        move(40_000, 0, 1, 57),
        offCpu({ from: 10_000, to: 90_000, next: 57, previous: 0, cpuFrom: 0, cpu: 1 }),
      );
    expect(partsOf(stage.spike())).toEqual({ migration: 50_000, preemption: 30_000 });
    expect(detailsOf(stage.spike(), 'migration')).toMatchObject({
      from: 0,
      to: 1,
      mover: { tid: 57 },
    });
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
