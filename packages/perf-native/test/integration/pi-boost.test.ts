import { beforeEach, describe, expect, it } from 'vitest';
import {
  RecordKind,
  piBoostDonorNormalPriority,
  piBoostDonorTid,
  piBoostFutexOperation,
  piBoostNewPriority,
  piBoostNormalPriority,
  piBoostOldPriority,
  piBoostSyscallArgument,
  type EventSourceOptions,
} from '@hftmon/core';
import { needs, skipUnless, spawnPimutex } from '@hftmon/testkit';
import { Monitor } from '../support/monitor.js';

beforeEach((context) => skipUnless(context, needs.bpf, needs.realtime));

const FUTEX_LOCK_PI = 6;
const FUTEX_LOCK_PI2 = 13;
const COUNT = 101;

async function record(depth: number, via: 'pi' | 'mutex', options: EventSourceOptions = {}) {
  await using target = await spawnPimutex({ depth, count: COUNT, via, holdUs: 100 });
  const monitor = Monitor.start([RecordKind.PiBoost], [target.pid], options);
  const report = await target.go();
  monitor.stop();
  const boosts = monitor.of(RecordKind.PiBoost).map(({ tid, startNs, u32 }) => ({
    tid,
    atNs: startNs + Number(monitor.source.epochMonotonicNs),
    donor: piBoostDonorTid(u32, 0),
    old: piBoostOldPriority(u32, 0),
    new: piBoostNewPriority(u32, 0),
    normal: piBoostNormalPriority(u32, 0),
    donorNormal: piBoostDonorNormalPriority(u32, 0),
    operation: piBoostFutexOperation(u32, 0),
    futex: `0x${piBoostSyscallArgument(u32, 0).toString(16)}`,
  }));
  const counts = monitor.counts(RecordKind.PiBoost);
  monitor[Symbol.dispose]();
  return { boosts, counts, chain: report.chain, releasedNs: report.releasedNs };
}

describe('lent priorities', () => {
  it('are lent and taken back once for each wait, with the lock', async () => {
    const { boosts, chain, releasedNs } = await record(2, 'pi');
    const [waiter, holder] = chain;
    const lent = boosts.filter(({ donor }) => donor !== 0);
    const back = boosts.filter(({ donor }) => donor === 0);
    expect([lent.length, back.length]).toEqual([COUNT, COUNT]);
    lent.forEach((boost, i) => {
      // SCHED_FIFO 10 is 89 to the kernel.
      const priorities = { old: 120, new: 89, normal: 120, donorNormal: 89 };
      expect(boost).toMatchObject({ tid: holder!.tid, donor: waiter!.tid, ...priorities });
      expect([FUTEX_LOCK_PI, FUTEX_LOCK_PI2]).toContain(boost.operation);
      expect(boost.futex).toBe(waiter!.futexAddress);
      const { startNs, endNs } = waiter!.waits![i]!;
      expect(boost.atNs).toBeGreaterThan(startNs);
      expect(boost.atNs).toBeLessThan(releasedNs[i]!);
      expect(back[i]).toMatchObject({ tid: holder!.tid, old: 89, new: 120, normal: 120 });
      expect(back[i]!.atNs).toBeGreaterThan(releasedNs[i]!);
      expect(back[i]!.atNs).toBeLessThan(endNs);
    });
  });

  it('are passed on along a chain', async () => {
    const { boosts, chain } = await record(3, 'pi');
    const [first, middle, last] = chain.map(({ tid }) => tid);
    const of = (tid: number | undefined, donor: number | undefined, lent: number) =>
      boosts.filter((boost) => boost.tid === tid && boost.donor === donor && boost.new === lent);
    expect(of(last, middle, 89)).toHaveLength(COUNT); // the middle one blocks
    expect(of(middle, first, 79)).toHaveLength(COUNT); // then the first one
    const passedOn = of(last, middle, 79); // which also concerns the last one
    expect(passedOn).toHaveLength(COUNT);
    expect(passedOn.every(({ donorNormal }) => donorNormal === 89)).toBe(true);
    expect(boosts).toHaveLength(5 * COUNT);
  });

  it('are not lent by plain locks', async () => {
    const { counts } = await record(2, 'mutex');
    expect(counts.seen).toBe(0);
  });

  it('are only counted when nobody wants their records', async () => {
    const minDurationNs = { [RecordKind.PiBoost]: 1 };
    const { counts } = await record(2, 'pi', { minDurationNs });
    expect(counts).toEqual({ seen: 2 * COUNT, filtered: 2 * COUNT, emitted: 0, dropped: 0 });
  });
});
