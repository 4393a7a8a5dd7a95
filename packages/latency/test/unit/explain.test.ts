import { describe, expect, it } from 'vitest';
import { Stage } from '../support/stage.js';
import { offCpu, ran, softirq, TID, vector } from '../support/records.js';

const US = 1000;

/** ns by cause of a stretch of the thread's time. */
function explained(stage: Stage, startNs: number, endNs: number): Record<string, number> {
  const { receipt } = stage.collector.explain(TID, startNs, endNs)!;
  expect(receipt.durationNs).toBe(endNs - startNs);
  expect(receipt.parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(endNs - startNs);
  return Object.fromEntries(receipt.parts.map(({ cause, ns }) => [cause, ns]));
}

describe('a stretch of time', () => {
  it('is made of what was in it, cut to it', () => {
    using stage = new Stage({ thresholdUs: 1e6 });
    stage.deliver(
      vector({ from: 10 * US, to: 14 * US }),
      softirq(1, { from: 14 * US, to: 20 * US }),
      ran(31, 40 * US, 70 * US),
      offCpu({ from: 40 * US, to: 70 * US, next: 31, previous: 31 }),
    );
    expect(explained(stage, 9 * US, 21 * US)).toEqual({
      softirq: 6 * US,
      timer_tick: 4 * US,
      unexplained: 2 * US,
    });
    expect(explained(stage, 12 * US, 15 * US)).toEqual({ timer_tick: 2 * US, softirq: US });
    expect(explained(stage, 60 * US, 80 * US)).toEqual({
      preemption: 10 * US,
      unexplained: 10 * US,
    });
    expect(explained(stage, 21 * US, 39 * US)).toEqual({ unexplained: 18 * US });
    expect(stage.heard).toEqual([]);
  });

  it('that is not kept any more is truncated', () => {
    using stage = new Stage({ thresholdUs: 1e6 });
    for (let i = 0; i < 100; i++) {
      stage.deliver(vector({ from: i * 1e8, to: i * 1e8 + 5 * US }));
    }
    expect(stage.collector.explain(TID, 0, 10 * US)).toMatchObject({ truncated: true });
    expect(stage.collector.explain(TID, 99e8, 99e8 + 10 * US)!.truncated).toBeUndefined();
  });
});
