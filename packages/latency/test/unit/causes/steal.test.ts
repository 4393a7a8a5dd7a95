import { describe, expect, it } from 'vitest';
import { offCpu, steal, syscall, throttle, vector } from '../../support/records.js';
import { Stage, detailsOf, partsOf } from '../../support/stage.js';

describe('steal', () => {
  it('takes its time from whatever the thread was in', () => {
    using stage = new Stage();
    stage.deliver(
      steal({ from: 20_000, to: 50_000, window: 40_000 }),
      steal({ from: 50_500, to: 51_000, window: 900 }),
      vector({ from: 50_000, to: 52_000 }),
      syscall(1, { from: 10_000, to: 80_000, net: 68_000 }),
    );
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({ steal: 30_500, timer_tick: 1500, syscall: 38_000 });
    expect(spike.receipt.parts.map(({ causeClass }) => causeClass)).toContain('hardware');
    expect(detailsOf(spike, 'steal')).toEqual({ count: 2, windowNs: 40_000 });
  });

  it('is a spike of its own where the thread was in nothing', () => {
    using stage = new Stage();
    stage.deliver(steal({ from: 20_000, to: 120_000, window: 150_000 }));
    expect(partsOf(stage.spike())).toEqual({ steal: 100_000 });
  });

  it('is told apart from what it stands next to, where nobody knows when it was', () => {
    using stage = new Stage();
    stage.deliver(
      vector({ from: 1000, to: 100_000 }),
      steal({ from: 440_000, to: 500_000, window: 400_000 }),
      vector({ from: 500_000, to: 560_000 }),
    );
    const parts = stage.spikes().map((spike) => [spike.timestampNs, partsOf(spike)]);
    expect(parts).toEqual([
      [1000, { timer_tick: 99_000 }],
      [440_000, { steal: 60_000 }],
      [500_000, { timer_tick: 60_000 }],
    ]);
  });

  it('is part of the storm in which it was', () => {
    using stage = new Stage();
    stage.deliver(
      vector({ from: 440_000, to: 500_000 }),
      steal({ from: 501_000, to: 502_000, window: 2000 }),
      vector({ from: 502_000, to: 530_000 }),
    );
    expect(partsOf(stage.spike())).toEqual({ steal: 1000, timer_tick: 88_000, unexplained: 1000 });
  });

  it('is not what kept a throttled thread from running', () => {
    using stage = new Stage();
    stage.deliver(
      steal({ from: 20_000, to: 30_000, window: 10_000 }),
      throttle({ from: 10_000, to: 90_000 }),
      offCpu({ from: 10_000, to: 90_000 }),
    );
    expect(partsOf(stage.spike())).toEqual({ throttled: 80_000 });
  });
});
