import { PauseType, SwitchFlag } from '@hftmon/core';
import { describe, expect, it } from 'vitest';
import { fault, hardIrq, offCpu, pause, ran, syscall } from '../../support/records.js';
import { PID, TID } from '../../support/records.js';
import { Stage, detailsOf, partsOf } from '../../support/stage.js';

const FUTEX = 202;

describe('gc_pause', () => {
  it('is what the runtime took, by kind and reason', () => {
    using stage = new Stage();
    stage.deliver(
      pause({ from: 10_000, to: 70_000 }),
      pause({ from: 71_000, to: 91_000, type: PauseType.MarkCompact, reason: 21 }),
      pause({ from: 92_000, to: 95_000, type: PauseType.MarkingStep, reason: 0 }),
      pause({ from: 96_000, to: 97_000, type: 9, reason: 99 }),
    );
    const spike = stage.spike();
    expect(spike).toMatchObject({ cause: 'gc_pause', causeClass: 'application' });
    expect(partsOf(spike)).toEqual({ gc_pause: 84_000, unexplained: 3000 });
    expect(detailsOf(spike, 'gc_pause')).toEqual({
      pauses: [
        { kind: 'scavenge', reason: 'allocation failure', ns: 60_000, count: 1 },
        { kind: 'mark_compact', reason: 'testing', ns: 20_000, count: 1 },
        { kind: 'marking_step', ns: 3000, count: 1 },
        { kind: 'unknown', ns: 1000, count: 1 },
      ],
      blockedNs: 0,
    });
  });

  it('is net of what the kernel did meanwhile', () => {
    using stage = new Stage();
    stage.task({ tid: 31, comm: 'hog' });
    stage.deliver(
      ran(31, 20_000, 30_000),
      offCpu({ from: 20_000, to: 30_000, next: 31, previous: 31 }),
      hardIrq(9, { from: 40_000, to: 41_000 }),
      fault({ from: 50_000, to: 54_000 }),
      syscall(28, { from: 60_000, to: 62_000, net: 2000 }),
      pause({ from: 10_000, to: 90_000 }),
    );
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({
      gc_pause: 63_000,
      preemption: 10_000,
      page_fault: 4000,
      syscall: 2000,
      hard_irq: 1000,
    });
    expect(detailsOf(spike, 'gc_pause')).toMatchObject({ pauses: [{ ns: 63_000, count: 1 }] });
  });

  it('has the sleep of a thread that waits for its helpers', () => {
    using stage = new Stage();
    stage.deliver(
      offCpu({ from: 30_000, to: 50_000, woken: 50_000, waker: 31, syscall: FUTEX }),
      syscall(FUTEX, { from: 29_000, to: 51_000, net: 2000 }),
      offCpu({ from: 60_000, to: 70_000, woken: 70_000, waker: 31 }),
      pause({ from: 10_000, to: 90_000 }),
    );
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({ gc_pause: 78_000, syscall: 2000 });
    expect(detailsOf(spike, 'gc_pause')).toMatchObject({
      pauses: [{ ns: 78_000, count: 1 }],
      blockedNs: 30_000,
    });
  });

  it('does not have a sleep that began before, nor the wait for a device', () => {
    using stage = new Stage();
    stage.deliver(
      offCpu({ from: 1000, to: 10_000, woken: 10_000, waker: 31 }),
      offCpu({
        from: 30_000,
        to: 50_000,
        woken: 50_000,
        waker: 0,
        flags: SwitchFlag.Uninterruptible | SwitchFlag.IoWait,
      }),
      pause({ from: 10_000, to: 90_000 }),
    );
    expect(partsOf(stage.spike())).toEqual({ gc_pause: 60_000, io_wait: 20_000 });
  });

  it('does not make a system call in it believable that hides a sleep', () => {
    using stage = new Stage();
    stage.deliver(
      syscall(FUTEX, { from: 20_000, to: 80_000, net: 2000 }),
      pause({ from: 10_000, to: 90_000 }),
    );
    expect(partsOf(stage.spike())).toEqual({ gc_pause: 80_000 });
    expect(stage.collector.metrics().distrusted_syscalls).toBe(1);
  });

  it('takes the place of spikes that were parts of it', () => {
    using stage = new Stage();
    stage.deliver(hardIrq(9, { from: 100_000, to: 160_000 }));
    expect(stage.spikes()).toHaveLength(1);
    stage.deliver(pause({ from: 10_000, to: 900_000 }));
    expect(partsOf(stage.spike())).toEqual({ gc_pause: 830_000, hard_irq: 60_000 });
  });
});

describe('whether collections are seen', () => {
  const seen = {
    pid: PID,
    runtime: 'v8',
    binary: '/usr/bin/node',
    steps: true,
    loops: true,
  } as const;
  const reason = 'the file has no symbol of it';
  const refusal = { ok: false, code: 'HFTMON_E_PAUSES_UNSEEN', reason, remedy: '' } as const;
  const ofPauses = (stage: Stage) =>
    stage.collector.notObserved().find(({ cause }) => cause === 'gc_pause')?.reason;

  it('is told by target', () => {
    using stage = new Stage();
    stage.source.runtimes = [];
    expect(ofPauses(stage)).toContain('no target is one');
    stage.source.runtimes = [seen];
    expect(ofPauses(stage)).toBeUndefined();
    stage.source.runtimes = [seen, { ...seen, pid: 2, refusal }];
    expect(ofPauses(stage)).toBe(reason);
  });

  it('is nobody else’s business when it is switched off', () => {
    using stage = new Stage({ runtimes: false });
    stage.source.runtimes = [seen];
    expect(ofPauses(stage)).toBe('switched off by option runtimes');
  });

  it('decides what the rest of a spike may be', () => {
    using stage = new Stage();
    stage.source.runtimes = [seen];
    stage.deliver(offCpu({ from: 0, to: 90_000, next: 0, previous: 0, tid: TID }));
    expect(detailsOf(stage.spike(), 'unexplained')['notRuledOut']).not.toContain('gc_pause');
  });
});
