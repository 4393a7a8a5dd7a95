import { describe, expect, it } from 'vitest';
import { piBoostRecord, switchRecord } from '../support/records.js';
import { FUTEX_LOCK_PI, lock, stageOfThree } from '../support/stage.js';

describe('waits that lend a priority', () => {
  const boost = piBoostRecord({ tid: 2, donor: 1, donorNormal: 49, timestampNs: 1000 });
  const back = piBoostRecord({ tid: 2, old: 49, timestampNs: 6000 });

  it('end when it is taken back', () => {
    const made = stageOfThree();
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
    const made = stageOfThree();
    const sleep = { tid: 1, waker: 2, lock: lock(FUTEX_LOCK_PI), timestampNs: 1100 };
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
    const made = stageOfThree();
    made.push(
      piBoostRecord({ tid: 2, donor: 3, donorNormal: 89, timestampNs: 1000 }),
      piBoostRecord({ tid: 2, donor: 1, donorNormal: 49, old: 89, timestampNs: 2000 }),
      piBoostRecord({ tid: 2, old: 49, timestampNs: 6000 }),
    );
    expect(made.inversions().map(({ tid }) => tid)).toEqual([1]);
    const sleep = { tid: 3, waker: 1, lock: lock(FUTEX_LOCK_PI), timestampNs: 1100 };
    made.push(switchRecord({ ...sleep, durationNs: 8900, waitNs: 1000 }));
    expect(made.inversions()[1]).toMatchObject({ tid: 3, timestampNs: 1000, endNs: 9000 });
  });

  it('of two equals end one after the other', () => {
    const made = stageOfThree();
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
    const made = stageOfThree();
    made.thread(4, 120);
    made.push(
      piBoostRecord({ tid: 2, donor: 4, donorNormal: 120, timestampNs: 1000 }),
      piBoostRecord({ tid: 2, old: 120, timestampNs: 3000 }),
    );
    expect(made.inversions()).toEqual([]);
  });

  it('along a chain count for all that are stronger than one of it', () => {
    const made = stageOfThree();
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
    const made = stageOfThree();
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
    const made = stageOfThree();
    made.push(
      piBoostRecord({ tid: 2, donor: 1, donorNormal: 49, timestampNs: 1000 }),
      piBoostRecord({ tid: 1, donor: 2, normal: 49, donorNormal: 120, timestampNs: 1500 }),
      piBoostRecord({ tid: 1, old: 49, normal: 49, timestampNs: 5000 }),
      piBoostRecord({ tid: 2, old: 49, timestampNs: 6000 }),
    );
    expect(made.inversions().at(-1)!.tids).toEqual([1, 2]);
  });

  it('of tasks that are no targets are nobody’s', () => {
    const made = stageOfThree();
    made.task(77, 49);
    made.push(piBoostRecord({ tid: 2, donor: 77, donorNormal: 49 }), back);
    expect(made.inversions()).toEqual([]);
  });

  it('have a weaker holder that is no target', () => {
    const made = stageOfThree();
    made.task(88, 130);
    made.push(
      piBoostRecord({ tid: 88, donor: 1, normal: 130, donorNormal: 49, timestampNs: 1000 }),
      piBoostRecord({ tid: 88, old: 49, normal: 130, timestampNs: 2000 }),
    );
    expect(made.inversions()).toMatchObject([{ tids: [1, 88], durationUs: 1 }]);
  });

  it('for a lock of the kernel have no futex', () => {
    const made = stageOfThree();
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
    const made = stageOfThree();
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
