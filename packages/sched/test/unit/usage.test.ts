import { describe, expect, it } from 'vitest';
import { RecordKind, SwitchFlag, type ThreadTotals } from '@hftmon/core';
import { FakeClock, FakeEventSource, noLosses, taskRecord, type FakeRecord } from '@hftmon/testkit';
import { hosted } from '../support/hosted.js';
import { exitRecord, startRecord, switchRecord } from '../support/records.js';

const NOW = 100_000;

function totals(fields: Partial<ThreadTotals>): ThreadTotals {
  return {
    tid: 7,
    pid: 5,
    comm: 'engine',
    state: 'running',
    voluntarySwitches: 0,
    involuntarySwitches: 0,
    bornNs: 0,
    lifetimeNs: NOW,
    onCpuNs: 0,
    offCpuNs: 0,
    runQueueNs: 0,
    ...fields,
  } as ThreadTotals;
}

/** Thread 7 was blocked from 10 to 30 us, 5 of them waiting, and preempted from 60 to 70 us. */
const RECORDS = [
  taskRecord({ tid: 7, pid: 5, comm: 'engine' }),
  switchRecord({ timestampNs: 10_000, durationNs: 20_000, waitNs: 5000 }),
  switchRecord({ timestampNs: 60_000, durationNs: 10_000, waitNs: 10_000, flags: 0 }),
];

interface RunOptions {
  readonly capacity?: number;
  readonly more?: readonly FakeRecord[];
}

function run(threads: readonly ThreadTotals[], { more = [], ...options }: RunOptions = {}) {
  const clock = new FakeClock();
  clock.timeNs = NOW;
  const made = hosted({ source: new FakeEventSource(options), clock });
  made.source.push(...RECORDS, ...more);
  made.host.deliverAll();
  made.source.threadTotals.set(5, [...threads]);
  const of = (windowUs: number) => made.collector.snapshot({ pid: 5, timeWindowUs: windowUs });
  return { ...made, of };
}

describe('times within a window', () => {
  it.each([
    // window, on the CPU, waiting
    [100, 70, 15],
    [95, 65, 15],
    [80, 60, 15],
    [75, 60, 15],
    [73, 60, 13],
    [50, 40, 10],
    [35, 30, 5],
    [30, 30, 0],
    [0, 0, 0],
    [500, 70, 15],
  ])('of %d us are exact', (window, cpu, wait) => {
    const { of } = run([totals({ onCpuNs: 70_000, offCpuNs: 30_000, runQueueNs: 15_000 })]);
    expect(of(window)).toMatchObject([
      { cpuTimeUs: cpu, waitTimeUs: wait, windowUs: Math.min(window, 100) },
    ]);
  });

  it('leave out that the thread is blocked now', () => {
    // Since 80 us: 20 us more off the CPU than in the records.
    const { of } = run([
      totals({ state: 'blocked', onCpuNs: 50_000, offCpuNs: 50_000, runQueueNs: 15_000 }),
    ]);
    expect(of(100)).toMatchObject([{ cpuTimeUs: 50, waitTimeUs: 15 }]);
    expect(of(15)).toMatchObject([{ cpuTimeUs: 0, waitTimeUs: 0 }]);
    expect(of(25)).toMatchObject([{ cpuTimeUs: 5, waitTimeUs: 0 }]);
  });

  it('have in them that the thread waits now', () => {
    const { of } = run([
      totals({ state: 'waiting', onCpuNs: 50_000, offCpuNs: 50_000, runQueueNs: 27_000 }),
    ]);
    expect(of(15)).toMatchObject([{ cpuTimeUs: 0, waitTimeUs: 12 }]);
  });

  it('know of switches that were not delivered yet', () => {
    const made = run([
      totals({ state: 'blocked', onCpuNs: 50_000, offCpuNs: 50_000, runQueueNs: 18_000 }),
    ]);
    // On the CPU until 75 us, off it for 15 us, and again since 95 us: only the first is known.
    made.source.push(switchRecord({ timestampNs: 75_000, durationNs: 15_000, waitNs: 3000 }));
    expect(made.of(30)).toMatchObject([{ waitTimeUs: 3, cpuTimeUs: 10 }]);
  });

  it('do not take the time until the totals were read for time off the CPU', () => {
    // Off it since 90 us, and read 10 us late.
    const { of } = run([
      totals({ state: 'blocked', lifetimeNs: NOW + 10_000, onCpuNs: 60_000, offCpuNs: 50_000 }),
    ]);
    expect(of(20)).toMatchObject([{ cpuTimeUs: 10, windowUs: 20 }]);
  });

  it('leave out what happened after the totals were read', () => {
    const later = switchRecord({
      timestampNs: 95_000,
      durationNs: 10_000,
      waitNs: 10_000,
      flags: 0,
    });
    const { of } = run([totals({ onCpuNs: 70_000, offCpuNs: 30_000, runQueueNs: 15_000 })], {
      more: [later],
    });
    expect(of(20)).toMatchObject([{ cpuTimeUs: 20, waitTimeUs: 0 }]);
  });

  it('begin with the thread, and end with it', () => {
    const born = SwitchFlag.Voluntary | SwitchFlag.NewThread;
    const made = run([], {
      more: [
        startRecord({ tid: 8, parent: 7, timestampNs: 40_000 }),
        switchRecord({ tid: 8, timestampNs: 40_000, durationNs: 1000, flags: born }),
        exitRecord({ tid: 8, timestampNs: 90_000 }),
      ],
    });
    made.source.threadTotals.set(5, [
      totals({ tid: 8, state: 'exited', bornNs: 40_000, lifetimeNs: 50_000, onCpuNs: 49_000 }),
    ]);
    expect(made.of(100)).toMatchObject([{ tid: 8, cpuTimeUs: 49, windowUs: 50 }]);
    expect(made.of(20)).toMatchObject([{ cpuTimeUs: 10, windowUs: 10 }]);
    expect(made.of(5)).toMatchObject([{ cpuTimeUs: 0, windowUs: 0 }]);
  });

  it('are known of a thread whose totals ended before the record of it came', () => {
    const ended = { state: 'exited', lifetimeNs: 90_000, onCpuNs: 60_000 } as const;
    const { of } = run([totals({ ...ended, offCpuNs: 30_000, runQueueNs: 15_000 })]);
    expect(of(100)).toMatchObject([{ cpuTimeUs: 60, waitTimeUs: 15, windowUs: 90 }]);
  });

  it('reach as far back as the history does', () => {
    const made = run([totals({ onCpuNs: 70_000, offCpuNs: 30_000 })], { capacity: 2 });
    // The ring holds two records: the oldest ended at 30 us.
    expect(made.of(100)[0]!.windowUs).toBeLessThanOrEqual(70);
  });

  it('are absent when a record was lost', () => {
    const made = run([totals({ onCpuNs: 70_000 })]);
    const counts = { seen: 5, emitted: 4, filtered: 0, dropped: 1 };
    made.source.lossCounts = { ...noLosses, byKind: new Map([[RecordKind.Switch, counts]]) };
    const [info] = made.of(50);
    expect(info).toMatchObject({ cpuTimeUs: undefined, windowUs: undefined, cpuShare: undefined });
    expect(info!.sources.cpuShare).toMatchObject({
      ok: false,
      reason: '1 records were lost, and a window needs all switches',
    });
    expect(info!.wakeUpLatencyUs).toBeUndefined();
    // What is exact whatever was lost is still told.
    expect(made.collector.snapshot({ pid: 5 })).toMatchObject([{ cpuTimeUs: 70 }]);
  });
});

describe('shares', () => {
  it('are parts of what all threads of the process used', () => {
    const { collector } = run([
      totals({ onCpuNs: 60_000 }),
      totals({ tid: 8, onCpuNs: 20_000 }),
      totals({ tid: 9, onCpuNs: 0 }),
    ]);
    const shares = collector.snapshot({ pid: 5 }).map(({ cpuShare }) => cpuShare);
    expect(shares).toEqual([0.75, 0.25, 0]);
    expect(collector.snapshot({ tid: 7 })).toMatchObject([{ tid: 7, cpuShare: 0.75 }]);
  });

  it('are 0 when nothing was used', () => {
    const { collector } = run([totals({ onCpuNs: 0 })]);
    expect(collector.snapshot({ pid: 5 })).toMatchObject([{ cpuShare: 0 }]);
  });
});

describe('latencies within a window', () => {
  it('are of the wake-ups that ended in it', () => {
    const { of } = run([totals({})]);
    expect(of(100)[0]!.wakeUpLatencyUs).toMatchObject({
      count: 1,
      min: 5,
      max: 5,
      relativeError: 0,
    });
    expect(of(60)[0]!.wakeUpLatencyUs).toMatchObject({ count: 0, min: undefined, mean: undefined });
  });
});
