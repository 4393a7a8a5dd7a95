import { describe, expect, it } from 'vitest';
import { SwitchFlag } from '@hftmon/core';
import { switchRecord } from '../support/records.js';
import { FUTEX_WAIT, Stage, lock, stageOfThree } from '../support/stage.js';

describe('waits for plain locks', () => {
  /** 1 waits from 1 to 9 us for 2, which was off its CPU from 3 to 6 us for 3. */
  const preempted = switchRecord({
    tid: 2,
    flags: 0,
    next: 3,
    timestampNs: 3000,
    durationNs: 3000,
    waitNs: 3000,
  });
  const wait = {
    tid: 1,
    waker: 2,
    lock: lock(FUTEX_WAIT),
    timestampNs: 1000,
    durationNs: 8500,
    waitNs: 500,
  };

  it('are inversions when the weaker waker was kept from running', () => {
    const made = stageOfThree();
    made.push(preempted, switchRecord(wait));
    expect(made.inversions()).toMatchObject([
      {
        timestampNs: 1000,
        endNs: 9000,
        tids: [1, 2],
        inherited: false,
        holderWaitUs: 3,
        ranInstead: { tid: 3, comm: 't3' },
      },
    ]);
    expect(made.inversions()[0]).not.toHaveProperty('lentPriority');
  });

  it('are none when it never had to wait', () => {
    const made = stageOfThree();
    made.push(switchRecord(wait));
    expect(made.inversions()).toEqual([]);
  });

  it('are none when it had to wait before or after', () => {
    const made = stageOfThree();
    const later = { ...wait, timestampNs: 6000, durationNs: 3500 };
    made.push(preempted, switchRecord(later));
    expect(made.inversions()).toEqual([]);
  });

  it('are none when the waker is as strong', () => {
    const made = new Stage();
    made.thread(1, 120);
    made.thread(2, 120);
    made.push(preempted, switchRecord(wait));
    expect(made.inversions()).toEqual([]);
  });

  it.each([
    [
      'an interrupt woke it',
      { flags: SwitchFlag.Voluntary | SwitchFlag.WakeSeen | SwitchFlag.WokenByInterrupt },
    ],
    ['its wake-up was not seen', { flags: SwitchFlag.Voluntary }],
    [
      'it was asleep when it was attached',
      { flags: SwitchFlag.Voluntary | SwitchFlag.WakeSeen | SwitchFlag.First },
    ],
    ['it waited for a condition', { lock: lock(9) }],
    ['it slept in another call', { lock: undefined, syscall: 7 }],
  ])('are none when %s', (_what, fields) => {
    const made = stageOfThree();
    made.push(preempted, switchRecord({ ...wait, ...fields }));
    expect(made.inversions()).toEqual([]);
  });

  it('begin when the waker has last slept for another reason', () => {
    const made = stageOfThree();
    made.push(
      switchRecord({ tid: 2, timestampNs: 1500, durationNs: 1000, waitNs: 300 }), // until 2.2 us
      preempted,
      switchRecord(wait),
    );
    expect(made.inversions()).toMatchObject([
      { timestampNs: 2200, endNs: 9000, holderWaitUs: 3.3 },
    ]);
  });

  it('are none when all that kept the waker was before its last sleep', () => {
    const made = stageOfThree();
    made.push(preempted, switchRecord({ tid: 2, timestampNs: 6500, durationNs: 1000 }));
    made.push(switchRecord(wait));
    expect(made.inversions()).toEqual([]);
  });

  it('are followed to the one that was kept from running', () => {
    const made = stageOfThree();
    made.push(
      preempted,
      switchRecord({
        tid: 3,
        waker: 2,
        lock: lock(FUTEX_WAIT, 0x2000),
        timestampNs: 2000,
        durationNs: 5000,
      }),
      switchRecord({ ...wait, waker: 3 }),
    );
    expect(made.inversions()).toMatchObject([
      { tids: [3, 2], holderWaitUs: 3 },
      { tids: [1, 3, 2], holderWaitUs: 3, timestampNs: 1000 },
    ]);
  });

  it('have nobody in their chain who was waited for at another time', () => {
    const made = stageOfThree();
    made.thread(4, 120);
    const waits = (tid: number, waker: number, fromNs: number, toNs: number) =>
      switchRecord({
        tid,
        waker,
        lock: lock(FUTEX_WAIT),
        timestampNs: fromNs,
        durationNs: toNs - fromNs,
      });
    made.push(
      waits(3, 2, 2000, 5000),
      preempted,
      // The last holder waited for another one, but only after it had let go.
      waits(2, 4, 6500, 8000),
      waits(1, 3, 1000, 9000),
    );
    expect(made.inversions().at(-1)).toMatchObject({ tid: 1, tids: [1, 3, 2] });
  });

  it('go by what the stream told of a thread that was not looked at yet', () => {
    const made = new Stage();
    made.registry.add(1, 5);
    made.registry.add(2, 5);
    made.task(1, 49, 5);
    made.task(2, 120, 5);
    made.push(preempted, switchRecord(wait));
    expect(made.inversions()).toMatchObject([{ tids: [1, 2] }]);
  });

  it('know nothing of priorities that nobody told', () => {
    const made = new Stage();
    made.registry.add(1, 5);
    made.registry.add(2, 5);
    made.push(preempted, switchRecord(wait));
    expect(made.inversions()).toEqual([]);
  });
});
