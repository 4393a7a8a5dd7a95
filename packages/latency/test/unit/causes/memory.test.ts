import { MemoryWorkType, MigrationReason, ReclaimReason, SwitchFlag } from '@hftmon/core';
import { describe, expect, it } from 'vitest';
import { fault, kernelLock, memoryWork, offCpu, syscall } from '../../support/records.js';
import { Stage, detailsOf, partsOf } from '../../support/stage.js';

const { Reclaim, Compaction, Migration } = MemoryWorkType;

describe('memory work', () => {
  it('is the inner cause of a page fault, and the innermost work has the time', () => {
    using stage = new Stage();
    stage.deliver(
      memoryWork({ from: 20_000, to: 50_000, type: Compaction, reason: 0, pages: 7, order: 9 }),
      memoryWork({ from: 60_000, to: 90_000, reason: ReclaimReason.Host, pages: 64 }),
      memoryWork({
        from: 70_000,
        to: 75_000,
        type: Migration,
        reason: MigrationReason.Demotion,
        pages: 3,
      }),
      fault({ from: 10_000, to: 100_000 }),
    );
    // The record of the migration comes first, as it ends first.
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({
      compaction: 30_000,
      reclaim: 25_000,
      numa_migration: 5000,
      page_fault: 30_000,
    });
    expect(spike.receipt.parts.every(({ causeClass }) => causeClass === 'memory')).toBe(true);
    expect(detailsOf(spike, 'compaction')).toEqual({ pages: 7, order: 9, blockedNs: 0, count: 1 });
    expect(detailsOf(spike, 'reclaim')).toEqual({
      by: [{ reason: 'host', pages: 64, ns: 25_000, count: 1 }],
      blockedNs: 0,
    });
    expect(detailsOf(spike, 'numa_migration')).toEqual({
      by: [{ reason: 'demotion', pages: 3, ns: 5000, count: 1 }],
      blockedNs: 0,
    });
  });

  it('has the sleep in it, whatever kind of sleep', () => {
    using stage = new Stage();
    stage.deliver(
      offCpu({ from: 20_000, to: 60_000, woken: 60_000, waker: 31 }),
      offCpu({
        from: 65_000,
        to: 80_000,
        woken: 80_000,
        waker: 31,
        flags: SwitchFlag.Uninterruptible,
      }),
      memoryWork({ from: 10_000, to: 90_000, type: Reclaim, reason: ReclaimReason.Cgroup }),
      syscall(0, { from: 9000, to: 91_000, net: 2000 }),
    );
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({ reclaim: 80_000, syscall: 2000 });
    expect(detailsOf(spike, 'reclaim')).toEqual({
      by: [{ reason: 'cgroup', pages: 32, ns: 80_000, count: 1 }],
      blockedNs: 55_000,
    });
  });

  it('leaves the wait for a lock in it to the lock', () => {
    using stage = new Stage();
    stage.deliver(
      kernelLock({ from: 20_000, to: 40_000 }),
      memoryWork({ from: 10_000, to: 90_000, reason: ReclaimReason.Node }),
    );
    expect(partsOf(stage.spike())).toEqual({ reclaim: 60_000, lock_wait: 20_000 });
  });

  it.each([
    [MigrationReason.NumaBalancing, 'numa_balancing'],
    [MigrationReason.Syscall, 'syscall'],
    [MigrationReason.Mbind, 'mbind'],
  ])('says why pages were moved (%i: %s)', (reason, name) => {
    using stage = new Stage();
    stage.deliver(memoryWork({ from: 10_000, to: 90_000, type: Migration, reason }));
    expect(detailsOf(stage.spike(), 'numa_migration')).toMatchObject({ by: [{ reason: name }] });
  });
});

describe('thp', () => {
  it('is a page fault that brought a huge page, with its sleep and without memory work', () => {
    using stage = new Stage();
    stage.deliver(
      memoryWork({ from: 20_000, to: 50_000, type: Compaction, reason: 0, order: 9 }),
      offCpu({ from: 60_000, to: 70_000, woken: 70_000, waker: 31 }),
      fault({ from: 10_000, to: 300_000, hugePages: 1, address: 0x7f00_0020_0000 }),
      fault({ from: 305_000, to: 310_000 }),
    );
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({
      thp: 260_000,
      compaction: 30_000,
      page_fault: 5000,
      unexplained: 5000,
    });
    expect(detailsOf(spike, 'thp')).toEqual({
      pages: 1,
      blockedNs: 10_000,
      faults: [{ address: '0x7f0000200000', type: 'minor', ns: 260_000 }],
    });
  });
});
