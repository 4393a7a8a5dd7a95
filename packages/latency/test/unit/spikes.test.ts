import { describe, expect, it } from 'vitest';
import {
  PID,
  TID,
  fault,
  offCpu,
  softirq,
  syscall,
  threadExit,
  threadStart,
  vector,
} from '../support/records.js';
import { EPOCH_NS, Stage, detailsOf, partsOf } from '../support/stage.js';

const READ = process.arch === 'arm64' ? 63 : 0;

describe('merging', () => {
  const options = { thresholdUs: 20, mergeGapUs: 3 };

  it('joins stalls up to the gap, and calls the time between unexplained', () => {
    using stage = new Stage(options);
    stage.deliver(
      vector({ from: 1000, to: 11_000 }),
      softirq(1, { from: 14_000, to: 19_000 }),
      offCpu({ from: 22_000, to: 29_000, next: 31, previous: 31 }),
    );
    const spike = stage.spike();
    expect(spike).toMatchObject({ timestampNs: 1000, durationNs: 28_000, cause: 'timer_tick' });
    expect(partsOf(spike)).toEqual({
      timer_tick: 10_000,
      preemption: 7000,
      softirq: 5000,
      unexplained: 6000,
    });
    expect(spike.receipt.unexplainedNs).toBe(6000);
    expect(detailsOf(spike, 'unexplained')).toMatchObject({ betweenNs: 6000 });
  });

  it('does not join stalls that are a ns further apart', () => {
    using stage = new Stage(options);
    stage.deliver(vector({ from: 0, to: 21_000 }), vector({ from: 24_001, to: 46_000 }));
    expect(stage.spikes().map((spike) => spike.timestampNs)).toEqual([0, 24_001]);
  });

  it('adds up the stalls, not the time between, for the threshold', () => {
    using stage = new Stage(options);
    stage.deliver(vector({ from: 0, to: 10_000 }), vector({ from: 13_000, to: 22_999 }));
    expect(stage.spikes()).toEqual([]);
    stage.deliver(vector({ from: 100_000, to: 110_000 }), vector({ from: 113_000, to: 123_000 }));
    expect(stage.spikes()).toHaveLength(1);
  });

  it('does not count nested time twice for the threshold', () => {
    using stage = new Stage(options);
    stage.deliver(vector({ from: 4000, to: 14_000 }), fault({ from: 2000, to: 19_000 }));
    expect(stage.spikes()).toEqual([]);
  });

  it('ends with a voluntary sleep, however short', () => {
    using stage = new Stage(options);
    stage.deliver(
      offCpu({ from: 0, to: 30_000, next: 31, previous: 31 }),
      offCpu({ from: 31_000, to: 60_000, woken: 31_500, previous: 37 }),
    );
    expect(stage.spikes()).toMatchObject([
      { timestampNs: 0, durationNs: 30_000, cause: 'preemption' },
      { timestampNs: 31_500, durationNs: 28_500, cause: 'run_queue_wait' },
    ]);
  });

  it('ends with a sleep of no length too: woken before it had left its CPU', () => {
    using stage = new Stage(options);
    stage.deliver(
      offCpu({ from: 0, to: 30_000, next: 31, previous: 31 }),
      offCpu({ from: 31_000, to: 60_000, woken: 31_000, previous: 37 }),
    );
    expect(stage.spikes()).toHaveLength(2);
  });

  it('knows threads apart', () => {
    using stage = new Stage(options);
    stage.deliver(
      vector({ from: 0, to: 15_000 }),
      vector({ from: 1000, to: 15_000, tid: PID, cpu: 1 }),
      vector({ from: 16_000, to: 30_000, tid: PID, cpu: 1 }),
    );
    expect(stage.spike()).toMatchObject({ tid: PID, cpu: 1, durationNs: 29_000 });
  });
});

describe('outer intervals that come after inner ones', () => {
  it('take over the spike that was reported of the inner one', () => {
    using stage = new Stage();
    stage.deliver(offCpu({ from: 100_000, to: 190_000, next: 31, previous: 31 }));
    stage.deliver(vector({ from: 900_000, to: 901_000, tid: 99 }));
    expect(stage.heard).toMatchObject([{ id: 1, durationNs: 90_000, cause: 'preemption' }]);
    stage.deliver(syscall(READ, { from: 50_000, to: 1_050_000, net: 910_000 }));
    const spike = stage.spike();
    expect(spike).toMatchObject({
      id: 2,
      supersedes: [1],
      durationNs: 1_000_000,
      cause: 'syscall',
    });
    expect(partsOf(spike)).toEqual({ syscall: 910_000, preemption: 90_000 });
    expect(stage.collector.metrics()).toMatchObject({ spikes: 2, superseded_spikes: 1 });
  });

  it('take over several at once', () => {
    using stage = new Stage();
    for (const from of [100_000, 400_000, 700_000]) {
      stage.deliver(offCpu({ from, to: from + 60_000, next: 31, previous: 31 }));
    }
    stage.deliver(syscall(READ, { from: 0, to: 1_000_000, net: 820_000 }));
    expect(stage.spike().supersedes).toEqual([1, 2]);
    expect(partsOf(stage.spike())).toEqual({ syscall: 820_000, preemption: 180_000 });
  });

  it('leave what was reported when they do not touch it', () => {
    using stage = new Stage();
    stage.deliver(offCpu({ from: 100_000, to: 190_000, next: 31, previous: 31 }));
    stage.deliver(syscall(READ, { from: 300_000, to: 400_000 }));
    expect(stage.spikes()).toHaveLength(2);
  });

  it('are cut by the sleeps in them', () => {
    using stage = new Stage();
    stage.deliver(
      offCpu({ from: 160_000, to: 5_000_000, woken: 4_990_000, previous: 0 }),
      syscall(READ, { from: 100_000, to: 5_080_000, net: 140_000 }),
    );
    expect(stage.spikes().map((spike) => [spike.timestampNs, partsOf(spike)])).toEqual([
      [100_000, { syscall: 60_000 }],
      [4_990_000, { syscall: 80_000, late_wakeup: 10_000 }],
    ]);
  });

  it('are not cut by a sleep in a page fault in them', () => {
    using stage = new Stage();
    stage.deliver(
      offCpu({ from: 200_000, to: 900_000, woken: 900_000 }),
      fault({ from: 190_000, to: 910_000 }),
      syscall(READ, { from: 100_000, to: 1_000_000, net: 180_000 }),
    );
    expect(partsOf(stage.spike())).toEqual({ page_fault: 720_000, syscall: 180_000 });
  });
});

describe('time of reporting', () => {
  it('is when the stream has passed the merge gap and the settling time', () => {
    using stage = new Stage({ thresholdUs: 50, mergeGapUs: 5, settleUs: 100 });
    stage.deliver(offCpu({ from: 0, to: 60_000, next: 31, previous: 31 }));
    stage.deliver(vector({ from: 160_000, to: 165_000, tid: 99 }));
    expect(stage.heard).toHaveLength(0);
    stage.deliver(vector({ from: 160_000, to: 165_001, tid: 99 }));
    expect(stage.heard).toHaveLength(1);
  });

  it('is when the clock has passed it, where no record comes', () => {
    using stage = new Stage();
    stage.deliver(offCpu({ from: 0, to: 60_000, next: 31, previous: 31 }));
    stage.collector.sample(10_000_000);
    expect(stage.heard).toHaveLength(0);
    stage.collector.sample(30_000_000);
    expect(stage.heard).toHaveLength(1);
  });

  it('is at once when eager, and again if it goes on', () => {
    using stage = new Stage({ eager: true });
    stage.deliver(offCpu({ from: 0, to: 60_000, next: 31, previous: 31 }));
    expect(stage.heard).toMatchObject([{ id: 1, durationNs: 60_000 }]);
    stage.deliver(vector({ from: 62_000, to: 70_000 }));
    expect(stage.heard).toMatchObject([{ id: 1 }, { id: 2, supersedes: [1], durationNs: 70_000 }]);
    stage.deliver(vector({ from: 900_000, to: 901_000 }));
    expect(stage.spike().id).toBe(2);
  });

  it('is at the end at last', () => {
    using stage = new Stage();
    stage.deliver(offCpu({ from: 0, to: 60_000, next: 31, previous: 31 }));
    stage.host.close();
    expect(stage.heard).toHaveLength(1);
    expect(stage.spikes()).toHaveLength(1);
  });
});

describe('order', () => {
  it('of records does not matter when they come a little late', () => {
    using stage = new Stage();
    stage.deliver(
      fault({ from: 10_000, to: 90_000 }),
      vector({ from: 30_000, to: 31_000 }),
      softirq(1, { from: 20_000, to: 25_000 }),
      vector({ from: 22_000, to: 23_000 }),
    );
    expect(partsOf(stage.spike())).toEqual({ page_fault: 74_000, softirq: 4000, timer_tick: 2000 });
  });

  it('does not matter when a spike was reported without the late one', () => {
    using stage = new Stage();
    stage.deliver(fault({ from: 10_000, to: 90_000 }));
    expect(stage.spike().id).toBe(1);
    stage.deliver(vector({ from: 30_000, to: 31_000 }));
    expect(stage.spike()).toMatchObject({ id: 2, supersedes: [1] });
    expect(partsOf(stage.spike())).toEqual({ page_fault: 79_000, timer_tick: 1000 });
  });
});

describe('threads', () => {
  it('that end are looked at, and their number may come again', () => {
    using stage = new Stage();
    stage.deliver(threadStart(71, 0));
    stage.deliver(offCpu({ tid: 71, from: 1000, to: 61_000, next: 31, previous: 31 }));
    stage.deliver(threadExit(71, 62_000));
    expect(stage.heard).toMatchObject([{ tid: 71, pid: PID, durationNs: 60_000 }]);
    stage.deliver(threadStart(71, 63_000, 9));
    stage.deliver(offCpu({ tid: 71, from: 64_000, to: 124_000, next: 31, previous: 31 }));
    expect(stage.spikes().map(({ pid, durationNs }) => [pid, durationNs])).toEqual([
      [PID, 60_000],
      [9, 60_000],
    ]);
  });

  it('of a detached process are looked at and forgotten', () => {
    using stage = new Stage();
    stage.deliver(offCpu({ from: 1000, to: 61_000, next: 31, previous: 31 }));
    stage.collector.detach({ pid: PID, comm: 'target', startTimeTicks: 1, attachedNs: 0 });
    expect(stage.heard).toHaveLength(1);
  });

  it('are named as the stream names them, else as /proc does', () => {
    using stage = new Stage();
    stage.deliver(offCpu({ from: 1000, to: 61_000, next: 31, previous: 31 }));
    expect(stage.spike()).toMatchObject({ tid: TID, comm: 'hot', pid: PID });
    stage.task({ tid: TID, comm: 'renamed', pid: PID });
    stage.deliver(offCpu({ from: 1_000_000, to: 1_061_000, next: 31, previous: 31 }));
    expect(stage.spikes()[1]).toMatchObject({ comm: 'renamed' });
  });
});

describe('times', () => {
  it('are on the clock of the session, of the host and of the wall', () => {
    using stage = new Stage();
    stage.deliver(offCpu({ from: 5_000_001, to: 5_061_000, next: 31, previous: 31 }));
    const { timestampNs, monotonicNs, timestamp } = stage.spike();
    expect(timestampNs).toBe(5_000_001);
    expect(monotonicNs).toBe(Number(EPOCH_NS) + 5_000_001);
    expect(timestamp.getTime()).toBe(1_700_000_000_005);
  });

  it('that are none are no records', () => {
    using stage = new Stage();
    for (const [from, to] of [
      [NaN, 5],
      [0, Infinity],
      [-5, 100_000],
      [100_000, 5],
    ] as const) {
      stage.deliver(offCpu({ from, to, next: 31, previous: 31 }));
    }
    expect(stage.spikes()).toEqual([]);
  });
});
