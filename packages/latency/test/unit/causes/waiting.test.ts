import { SwitchFlag } from '@hftmon/core';
import { describe, expect, it } from 'vitest';
import { PID, TID, move, offCpu, ran, softirq, vector } from '../../support/records.js';
import { Stage, detailsOf, partsOf } from '../../support/stage.js';

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
    expect(details['notRuledOut']).toContain('gc_pause');
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

  it('tells how long the queue was, and whose container was ahead', () => {
    using stage = new Stage();
    const container = { runtime: 'docker', id: 'abc' } as const;
    stage.source.cgroups = {
      lookup: (id) => (id === 77 ? { path: '/a.scope', container } : undefined),
    };
    stage
      .task({ tid: 31, comm: 'hog', cgroupId: 77 })
      .deliver(
        ran(31, 1_000_000, 1_060_000),
        offCpu({ from: 0, to: 1_060_000, woken: 1_000_000, previous: 31, depth: 3 }),
      );
    expect(stage.spike().details).toMatchObject({
      by: [{ tid: 31, comm: 'hog', cgroup: '/a.scope', container }],
      queueDepth: 3,
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
