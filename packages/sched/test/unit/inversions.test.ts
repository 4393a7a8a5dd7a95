import { describe, expect, it } from 'vitest';
import { SwitchFlag } from '@hftmon/core';
import { exitRecord, piBoostRecord, startRecord, switchRecord } from '../support/records.js';
import { Stage } from '../support/stage.js';

const WAIT = 0;
const LOCK_PI = 6;
const lock = (operation: number, address = 0x1000) => ({ address, operation });

/** The waiter 1 (priority 49), the holder 2 (120), and a third (89). */
function stage(): Stage {
  const made = new Stage();
  made.thread(1, 49);
  made.thread(2, 120);
  made.thread(3, 89);
  return made;
}

describe('waits that lend a priority', () => {
  const boost = piBoostRecord({ tid: 2, donor: 1, donorNormal: 49, timestampNs: 1000 });
  const back = piBoostRecord({ tid: 2, old: 49, timestampNs: 6000 });

  it('end when it is taken back', () => {
    const made = stage();
    made.push(boost);
    expect(made.inversions()).toEqual([]);
    made.push(back);
    const [inversion] = made.inversions();
    expect(inversion).toMatchObject({
      timestampNs: 1000,
      durationUs: 5,
      pid: 5,
      tid: 1,
      comm: 't1',
      inherited: true,
      lentPriority: 49,
      holderWaitUs: 0,
      chain: [
        {
          tid: 1,
          kernelPriority: 49,
          waitsFor: { futexAddress: '0x1000', operation: 'FUTEX_LOCK_PI' },
        },
        { tid: 2, kernelPriority: 120 },
      ],
    });
    expect(inversion).not.toHaveProperty('ranInstead');
  });

  it('count once, also with the sleep that they were', () => {
    const made = stage();
    const sleep = { tid: 1, waker: 2, lock: lock(LOCK_PI), timestampNs: 1100 };
    // The holder had to wait for a CPU meanwhile, so that the sleep alone would be proof too.
    const queued = { tid: 2, flags: 0, next: 3, timestampNs: 2000, durationNs: 900, waitNs: 900 };
    made.push(boost, switchRecord(queued), back);
    made.push(switchRecord({ ...sleep, durationNs: 5000, waitNs: 50 }));
    expect(made.inversions()).toHaveLength(1);
    made.push(
      piBoostRecord({ tid: 2, donor: 1, donorNormal: 49, timestampNs: 11_000 }),
      piBoostRecord({ tid: 2, old: 49, timestampNs: 16_000 }),
      switchRecord({ ...sleep, timestampNs: 11_100, durationNs: 5000, waitNs: 50 }),
    );
    expect(made.inversions()).toHaveLength(2);
  });

  it('of a thread that a stronger one displaces end when it is woken', () => {
    const made = stage();
    made.push(
      piBoostRecord({ tid: 2, donor: 3, donorNormal: 89, timestampNs: 1000 }),
      piBoostRecord({ tid: 2, donor: 1, donorNormal: 49, old: 89, timestampNs: 2000 }),
      piBoostRecord({ tid: 2, old: 49, timestampNs: 6000 }),
    );
    expect(made.inversions().map(({ tid }) => tid)).toEqual([1]);
    const sleep = { tid: 3, waker: 1, lock: lock(LOCK_PI), timestampNs: 1100 };
    made.push(switchRecord({ ...sleep, durationNs: 8900, waitNs: 1000 }));
    expect(made.inversions()[1]).toMatchObject({ tid: 3, timestampNs: 1000, endNs: 9000 });
  });

  it('of two equals end one after the other', () => {
    const made = stage();
    made.thread(4, 89);
    made.push(
      piBoostRecord({ tid: 2, donor: 3, donorNormal: 89, timestampNs: 1000 }),
      // The first has got its lock; the other waits for another lock of the same holder.
      piBoostRecord({ tid: 2, donor: 4, donorNormal: 89, old: 89, timestampNs: 3000 }),
      piBoostRecord({ tid: 2, old: 89, timestampNs: 7000 }),
    );
    const found = made.inversions().map(({ tid, endNs }) => [tid, endNs]);
    expect(found).toEqual([
      [3, 3000],
      [4, 7000],
    ]);
  });

  it('of equals and of weaker ones are none', () => {
    const made = stage();
    made.thread(4, 120);
    made.push(
      piBoostRecord({ tid: 2, donor: 4, donorNormal: 120, timestampNs: 1000 }),
      piBoostRecord({ tid: 2, old: 120, timestampNs: 3000 }),
    );
    expect(made.inversions()).toEqual([]);
  });

  it('along a chain count for all that are stronger than one of it', () => {
    const made = stage();
    made.push(
      piBoostRecord({ tid: 2, donor: 3, donorNormal: 89, timestampNs: 1000, address: 0x2000 }),
      piBoostRecord({ tid: 3, donor: 1, normal: 89, donorNormal: 49, timestampNs: 2000 }),
      piBoostRecord({ tid: 2, donor: 3, donorNormal: 89, old: 89, lent: 49, timestampNs: 2000 }),
      piBoostRecord({ tid: 2, old: 49, timestampNs: 6000 }),
      piBoostRecord({ tid: 3, old: 49, normal: 89, timestampNs: 7000 }),
    );
    expect(made.inversions()).toMatchObject([
      { tid: 3, tids: [3, 2], timestampNs: 1000, endNs: 6000, lentPriority: 49 },
      { tid: 1, tids: [1, 3, 2], timestampNs: 2000, endNs: 7000, lentPriority: 49 },
    ]);
    const [, second] = made.inversions();
    expect(second!.chain.map(({ waitsFor }) => waitsFor?.futexAddress)).toEqual([
      '0x1000',
      '0x2000',
      undefined,
    ]);
  });

  it('count for a strong one that a middle one keeps from a weak one', () => {
    // 4 is as strong as 1, so that 1 waits for an equal; but that one waits for a weak one.
    const made = stage();
    made.thread(4, 49);
    made.push(
      piBoostRecord({ tid: 2, donor: 4, donorNormal: 49, timestampNs: 1000 }),
      piBoostRecord({ tid: 4, donor: 1, normal: 49, donorNormal: 49, timestampNs: 2000 }),
      piBoostRecord({ tid: 2, old: 49, timestampNs: 6000 }),
      piBoostRecord({ tid: 4, old: 49, normal: 49, timestampNs: 7000 }),
    );
    expect(made.inversions().map(({ tids }) => tids)).toEqual([
      [4, 2],
      [1, 4, 2],
    ]);
  });

  it('in a circle end', () => {
    const made = stage();
    made.push(
      piBoostRecord({ tid: 2, donor: 1, donorNormal: 49, timestampNs: 1000 }),
      piBoostRecord({ tid: 1, donor: 2, normal: 49, donorNormal: 120, timestampNs: 1500 }),
      piBoostRecord({ tid: 1, old: 49, normal: 49, timestampNs: 5000 }),
      piBoostRecord({ tid: 2, old: 49, timestampNs: 6000 }),
    );
    expect(made.inversions().at(-1)!.tids).toEqual([1, 2]);
  });

  it('of tasks that are no targets are nobody’s', () => {
    const made = stage();
    made.task(77, 49);
    made.push(piBoostRecord({ tid: 2, donor: 77, donorNormal: 49 }), back);
    expect(made.inversions()).toEqual([]);
  });

  it('have a weaker holder that is no target', () => {
    const made = stage();
    made.task(88, 130);
    made.push(
      piBoostRecord({ tid: 88, donor: 1, normal: 130, donorNormal: 49, timestampNs: 1000 }),
      piBoostRecord({ tid: 88, old: 49, normal: 130, timestampNs: 2000 }),
    );
    expect(made.inversions()).toMatchObject([{ tids: [1, 88], durationUs: 1 }]);
  });

  it('for a lock of the kernel have no futex', () => {
    const made = stage();
    // In futex(FUTEX_WAKE), on a kernel whose own locks lend priorities.
    made.push(
      piBoostRecord({ tid: 2, donor: 1, donorNormal: 49, timestampNs: 1000, operation: 1 }),
    );
    made.push(back);
    const [inversion] = made.inversions();
    expect(inversion).toMatchObject({ tids: [1, 2], inherited: true });
    expect(inversion!.chain[0]).not.toHaveProperty('waitsFor');
  });

  it('whose end was lost are given up, not made longer', () => {
    const made = stage();
    made.push(boost);
    made.lose(10);
    made.push(
      piBoostRecord({
        tid: 3,
        donor: 1,
        normal: 89,
        donorNormal: 49,
        timestampNs: 90_000,
        address: 0x9000,
      }),
      piBoostRecord({ tid: 3, old: 49, normal: 89, timestampNs: 95_000 }),
    );
    expect(made.inversions()).toMatchObject([{ timestampNs: 90_000, durationUs: 5 }]);
    expect(made.intake.lostRecords).toBe(10);
  });
});

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
    lock: lock(WAIT),
    timestampNs: 1000,
    durationNs: 8500,
    waitNs: 500,
  };

  it('are inversions when the weaker waker was kept from running', () => {
    const made = stage();
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
    const made = stage();
    made.push(switchRecord(wait));
    expect(made.inversions()).toEqual([]);
  });

  it('are none when it had to wait before or after', () => {
    const made = stage();
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
    const made = stage();
    made.push(preempted, switchRecord({ ...wait, ...fields }));
    expect(made.inversions()).toEqual([]);
  });

  it('begin when the waker has last slept for another reason', () => {
    const made = stage();
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
    const made = stage();
    made.push(preempted, switchRecord({ tid: 2, timestampNs: 6500, durationNs: 1000 }));
    made.push(switchRecord(wait));
    expect(made.inversions()).toEqual([]);
  });

  it('are followed to the one that was kept from running', () => {
    const made = stage();
    made.push(
      preempted,
      switchRecord({
        tid: 3,
        waker: 2,
        lock: lock(WAIT, 0x2000),
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
    const made = stage();
    made.thread(4, 120);
    const waits = (tid: number, waker: number, fromNs: number, toNs: number) =>
      switchRecord({
        tid,
        waker,
        lock: lock(WAIT),
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

describe('the log of inversions', () => {
  it('keeps the latest', () => {
    const made = stage();
    for (let i = 0; i < 1500; i++) {
      const timestampNs = 10_000 * i;
      made.push(
        piBoostRecord({ tid: 2, donor: 1, donorNormal: 49, timestampNs }),
        piBoostRecord({ tid: 2, old: 49, timestampNs: timestampNs + 1000 + i }),
      );
    }
    expect(made.finder.log.total).toBe(1500);
    const kept = made.inversions();
    expect(kept).toHaveLength(1024);
    expect(kept[0]).toMatchObject({ timestampNs: 4_760_000, durationUs: 1.476 });
    expect(kept.at(-1)).toMatchObject({ timestampNs: 14_990_000, durationUs: 2.499 });
  });
});

describe('threads', () => {
  it('that end and begin anew with a tid are others', () => {
    const made = stage();
    made.push(
      switchRecord({ tid: 1, timestampNs: 1000 }),
      exitRecord({ tid: 1, timestampNs: 9000 }),
    );
    made.push(startRecord({ tid: 1, parent: 2, timestampNs: 10_000 }));
    const [ended, ...live] = made.registry.of(5).filter(({ tid }) => tid === 1);
    expect([ended!.hasEnded, live.length, live[0]!.hasEnded]).toEqual([true, 1, false]);
    // All but its birth.
    expect(live[0]!.sums.filter((sum) => sum !== 0)).toEqual(new Float64Array([10_000]));
  });

  it('whose end was lost end when their tid begins anew', () => {
    const made = stage();
    made.push(switchRecord({ tid: 1, timestampNs: 1000 }));
    made.push(startRecord({ tid: 1, parent: 2, timestampNs: 10_000 }));
    expect(made.registry.of(5).filter(({ tid }) => tid === 1)).toHaveLength(2);
  });

  it('of processes that are not followed are left alone', () => {
    const made = stage();
    made.push(startRecord({ tid: 99, pid: 98, parent: 98 }), switchRecord({ tid: 97 }));
    expect(made.registry.live.map(({ tid }) => tid)).toEqual([1, 2, 3]);
  });

  it('are remembered up to a bound when they have ended', () => {
    const made = stage();
    for (let tid = 100; tid < 2100; tid++) {
      made.push(
        startRecord({ tid, parent: 1, timestampNs: tid }),
        exitRecord({ tid, timestampNs: tid }),
      );
    }
    expect(made.registry.of(5)).toHaveLength(1024 + 3);
    expect(made.registry.live).toHaveLength(3);
  });
});
