import { FaultType, SwitchFlag } from '@hftmon/core';
import { describe, expect, it } from 'vitest';
import { PID, fault, offCpu, syscall, vector } from '../../support/records.js';
import { Stage, detailsOf, partsOf } from '../../support/stage.js';

const FSYNC = process.arch === 'arm64' ? 82 : 74;

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
