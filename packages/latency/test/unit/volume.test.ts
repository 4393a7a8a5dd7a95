import { describe, expect, it } from 'vitest';
import { offCpu, ran, softirq, syscall, vector } from '../support/records.js';
import { Stage, partsOf } from '../support/stage.js';

const READ = process.arch === 'arm64' ? 63 : 0;

/** Interrupts of 2 us, `period` ns apart. */
function storm(from: number, count: number, period: number) {
  return Array.from({ length: count }, (_, i) =>
    vector({ from: from + i * period, to: from + i * period + 2000 }),
  );
}

function deliverInBatches(stage: Stage, records: ReturnType<typeof storm>): void {
  for (let i = 0; i < records.length; i += 97) stage.deliver(...records.slice(i, i + 97));
}

describe('many intervals', () => {
  it('of one spike are all counted while there is room', () => {
    using stage = new Stage({ thresholdUs: 50 });
    deliverInBatches(stage, storm(0, 1009, 4000));
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({ timer_tick: 1009 * 2000, unexplained: 1008 * 2000 });
    expect(spike.details).toMatchObject({ count: 1009 });
    expect(spike.truncated).toBeUndefined();
  });

  it('that never end are told in pieces, each ns once, and marked', () => {
    using stage = new Stage({ thresholdUs: 50 });
    const count = 10_007;
    deliverInBatches(stage, storm(0, count, 4000));
    const spikes = stage.spikes();
    expect(spikes.length).toBeGreaterThan(2);
    let reached = -1;
    let ticks = 0;
    for (const spike of spikes) {
      expect(spike.timestampNs).toBeGreaterThan(reached);
      reached = spike.timestampNs + spike.durationNs;
      ticks += partsOf(spike)['timer_tick']!;
    }
    expect(ticks).toBe(count * 2000);
    expect(spikes.slice(1).every((spike) => spike.truncated)).toBe(true);
  });

  it('of a long system call are subtracted from it', () => {
    using stage = new Stage({ thresholdUs: 50 });
    const count = 499;
    deliverInBatches(stage, storm(10_000, count, 40_000));
    const to = 20_000_000;
    stage.deliver(syscall(READ, { from: 0, to, net: to - count * 2000 }));
    expect(partsOf(stage.spike())).toEqual({
      syscall: to - count * 2000,
      timer_tick: count * 2000,
    });
  });

  it('that no spike is made of leave nothing', () => {
    using stage = new Stage({ thresholdUs: 50 });
    deliverInBatches(stage, storm(0, 20_011, 40_000));
    expect(stage.spikes()).toEqual([]);
  });

  it('during a wait are all subtracted from it', () => {
    using stage = new Stage();
    const interrupts = Array.from({ length: 1501 }, (_, i) =>
      softirq(3, { from: i * 10_000, to: i * 10_000 + 1000, tid: 31, waiting: true }),
    );
    deliverInBatches(stage, interrupts);
    stage.deliver(offCpu({ from: 0, to: 15_010_000, next: 31, previous: 31 }));
    expect(partsOf(stage.spike())).toEqual({ preemption: 1501 * 9000, softirq: 1501 * 1000 });
    expect(stage.spike().truncated).toBeUndefined();
  });

  it('during a wait that are too many to keep are marked', () => {
    using stage = new Stage();
    const runs = Array.from({ length: 5003 }, (_, i) =>
      ran(31 + (i & 1), i * 10_000, (i + 1) * 10_000),
    );
    deliverInBatches(stage, runs);
    const to = 5003 * 10_000;
    stage.deliver(offCpu({ from: 0, to, next: 31, previous: 31 }));
    const spike = stage.spike();
    expect(spike).toMatchObject({ truncated: true, durationNs: to });
    expect(partsOf(spike)).toEqual({ preemption: to });
    // Nobody is blamed for the time whose records are gone.
    expect(spike.details).toMatchObject({ unknownNs: (5003 - 4096) * 10_000 });
  });
});

describe('long times', () => {
  it('of a stop are one spike', () => {
    using stage = new Stage();
    stage.deliver(offCpu({ from: 0, to: 1e13, woken: 1e13 - 1000, flags: 16 }));
    expect(partsOf(stage.spike())).toEqual({ stopped: 1e13 - 1000, late_wakeup: 1000 });
  });
});

describe('the store', () => {
  it('keeps the latest spikes', () => {
    using stage = new Stage({ maxSpikes: 5 });
    for (let i = 0; i < 13; i++) {
      stage.deliver(offCpu({ from: i * 1e6, to: i * 1e6 + 60_000, next: 31, previous: 31 }));
    }
    expect(stage.spikes().map(({ timestampNs }) => timestampNs / 1e6)).toEqual([8, 9, 10, 11, 12]);
    expect(stage.heard).toHaveLength(13);
  });
});
