import { SpanFlag, SpanSource } from '@hftmon/core';
import { noLosses, type FakeRecord } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import {
  correctionToJson,
  type LatencyOptions,
  type SlowSpan,
  type SpikeCorrection,
} from '../../src/index.js';
import { PID, fault, lateTimer, offCpu, pause, ran, softirq, vector } from '../support/records.js';
import { Stage } from '../support/stage.js';
import { fakeOrigins, mark, span } from '../support/spans.js';

const NANOSLEEP = process.arch === 'arm64' ? 115 : 230;

/** A stage whose process marks its work. */
function marking(options: LatencyOptions = {}): Stage {
  const stage = new Stage(options);
  stage.source.spanOrigins = fakeOrigins;
  // The first look at the clock tells that the probes are at work.
  stage.collector.sample(0);
  return stage;
}

function parts({ receipt }: SlowSpan): Record<string, number> {
  expect(receipt.parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(receipt.durationNs);
  return Object.fromEntries(receipt.parts.map(({ cause, ns }) => [cause, ns]));
}

function only(stage: Stage): SlowSpan {
  const { slow } = stage.collector.spans();
  expect(slow).toHaveLength(1);
  return slow[0]!;
}

describe('receipt of a span', () => {
  it('has its own work, what interrupted it, what took its CPU, its faults, and its sleep', () => {
    using stage = marking();
    stage
      .task({ tid: 31, comm: 'noisy' })
      .deliver(
        vector({ from: 5_000, to: 12_000 }),
        softirq(3, { from: 20_000, to: 25_000 }),
        ran(31, 30_000, 60_000),
        offCpu({ from: 30_000, to: 60_000, next: 31, previous: 31 }),
        fault({ from: 70_000, to: 74_000 }),
        offCpu({ from: 80_000, to: 100_000, woken: 97_000, previous: 0, syscall: NANOSLEEP }),
        span({ from: 10_000, to: 110_000, id: 77 }),
      );
    const slow = only(stage);
    expect(slow).toMatchObject({ name: 'order', id: 77, pid: 5, tid: 7, durationUs: 100 });
    expect(parts(slow)).toEqual({
      span: 39_000,
      preemption: 30_000,
      sleep: 17_000,
      softirq: 5_000,
      page_fault: 4_000,
      late_wakeup: 3_000,
      timer_tick: 2_000,
    });
    expect(slow.receipt.unexplainedNs).toBe(0);
    const sleep = slow.receipt.parts.find(({ cause }) => cause === 'sleep');
    expect(sleep!.details).toMatchObject({
      count: 1,
      longestNs: 17_000,
      calls: [{ name: 'clock_nanosleep', ns: 17_000, count: 1 }],
    });
    expect(slow.incomplete).toBeUndefined();
  });

  it('has collections of its runtime, with the sleep in them, and the sleep beside them', () => {
    using stage = marking();
    stage.deliver(
      offCpu({ from: 12_000, to: 15_000, woken: 15_000, waker: 31, syscall: NANOSLEEP }),
      offCpu({ from: 30_000, to: 40_000, woken: 40_000, waker: 31 }),
      pause({ from: 20_000, to: 60_000 }),
      span({ from: 10_000, to: 110_000 }),
    );
    const slow = only(stage);
    expect(parts(slow)).toEqual({ gc_pause: 40_000, sleep: 3_000, span: 57_000 });
    const collections = slow.receipt.parts.find(({ cause }) => cause === 'gc_pause');
    expect(collections!.details).toMatchObject({ blockedNs: 10_000, pauses: [{ ns: 40_000 }] });
  });

  it.each([
    ['while the thread slept', 15_000],
    ['before it fell asleep', 12_000],
  ])('has no sleep after a timer that was due %s', (_what, from) => {
    using stage = marking();
    stage.deliver(
      lateTimer({ from, to: 20_000 }),
      offCpu({ from: 12_000, to: 21_000, woken: 20_000, previous: 0, syscall: NANOSLEEP }),
      span({ from: 10_000, to: 30_000 }),
    );
    const { sleep = 0, ...others } = parts(only(stage));
    expect(sleep).toBe(from - 12_000);
    expect(others).toEqual({ span: 11_000, late_wakeup: 21_000 - from });
  });

  it('is all its own work where nothing else happened', () => {
    using stage = marking();
    stage.deliver(span({ from: 1_000, to: 3_000 }));
    expect(parts(only(stage))).toEqual({ span: 2_000 });
  });

  it.each([
    ['began before its marks were read', { flags: SpanFlag.BeganBefore }, 10_000],
    ['began before the probes were at work', {}, -5_000],
  ])('claims no work of its own for a span that %s', (_what, fields, from) => {
    using stage = marking();
    stage.deliver(vector({ from: 20_000, to: 22_000 }), span({ from, to: 30_000, ...fields }));
    expect(parts(only(stage))).toEqual({ timer_tick: 2_000, unexplained: 28_000 - from });
    expect(only(stage).incomplete).toBe(true);
  });

  it('claims no work of its own where records were lost', () => {
    using stage = marking();
    stage.deliver(vector({ from: 1_000, to: 2_000 }));
    stage.lose(3).deliver(vector({ from: 20_000, to: 22_000 }), span({ from: 10_000, to: 30_000 }));
    expect(parts(only(stage))).toEqual({ timer_tick: 2_000, unexplained: 18_000 });
    expect(only(stage).incomplete).toBe(true);
  });

  it.each([
    ['one that was all explained', [], { span: 20_000 }, { unexplained: 20_000 }],
    [
      'one with other parts',
      [vector({ from: 20_000, to: 22_000 })],
      { span: 18_000, timer_tick: 2_000 },
      { unexplained: 18_000, timer_tick: 2_000 },
    ],
  ])(
    'takes its own work back where losses are noticed later: %s',
    (_what, events, before, after) => {
      using stage = marking({ spanBudgetUs: 10 });
      const [heard, corrections]: [SlowSpan[], SpikeCorrection[]] = [[], []];
      stage.collector.onSpan((slow) => heard.push(slow));
      stage.collector.onCorrection((correction) => corrections.push(correction));
      stage.deliver(...events, span({ from: 10_000, to: 30_000, id: 5 }));
      // Kept as one of the slowest of its name, but not told.
      stage.deliver(span({ from: 31_000, to: 33_000, id: 6 }));
      expect(heard.map(parts)).toEqual([before]);
      stage.source.lossCounts = { ...noLosses, seen: 10, emitted: 7, dropped: 3 };
      stage.collector.sample(1e6);
      stage.collector.sample(2e6);
      const [first, second] = stage.collector.spans().slow;
      expect([first!.incomplete, second!.incomplete]).toEqual([true, true]);
      expect(parts(first!)).toEqual(after);
      expect(first!.receipt.unexplainedNs).toBe(after.unexplained);
      expect(parts(second!)).toEqual({ unexplained: 2_000 });
      const [largest] = first!.receipt.parts;
      expect(largest).toMatchObject({
        cause: 'unexplained',
        details: {
          betweenNs: after.unexplained,
          notRuledOut: expect.arrayContaining(['gc_pause']),
        },
      });
      stage.deliver(mark(2.5e6, 5));
      expect(stage.collector.spans().slow[0]!.events).toMatchObject([{ timestampNs: 2.5e6 }]);
      const { name, tid, timestampNs, durationNs } = heard[0]!;
      expect(corrections.map(correctionToJson)).toEqual([
        {
          schema: 'hftmon.correction/1',
          type: 'correction',
          timestampNs: 0,
          durationNs: 1e6,
          spans: [{ name, tid, timestampNs, durationNs }],
        },
      ]);
    },
  );

  it('keeps its own work where records were lost at another time', () => {
    using stage = marking();
    stage.deliver(span({ from: 10_000, to: 30_000 }));
    stage.collector.sample(1e6);
    stage.source.lossCounts = { ...noLosses, seen: 10, emitted: 7, dropped: 3 };
    stage.collector.sample(2e6);
    expect(only(stage).incomplete).toBeUndefined();
    expect(parts(only(stage))).toEqual({ span: 20_000 });
  });

  it('says when more happened than is kept, and keeps more of the thread from then on', () => {
    using stage = marking();
    const second = 1e9;
    const ticks = (from: number): FakeRecord[] =>
      Array.from({ length: 40 }, (_, i) => {
        const at = from + (i * second) / 40;
        return vector({ from: at, to: at + 1_000 });
      });
    stage.deliver(...ticks(0), span({ from: 0, to: second }));
    stage.deliver(...ticks(second), span({ from: second, to: 2 * second, id: 2 }));
    const [first, next] = stage.collector.spans().slow;
    expect(first).toMatchObject({ truncated: true, incomplete: true });
    expect(parts(first!)['span']).toBeUndefined();
    expect(next!.truncated).toBeUndefined();
    expect(parts(next!)).toEqual({ span: second - 40_000, timer_tick: 40_000 });
  });

  it('claims nothing of a thread that is not of the process', () => {
    using stage = marking();
    stage.deliver(span({ from: 1_000, to: 2_000, tid: 4711 }));
    expect(parts(only(stage))).toEqual({ unexplained: 1_000 });
  });

  it('is told of a thread that has ended since', () => {
    using stage = marking();
    const EXIT = 5;
    stage.deliver(
      vector({ from: 2_000, to: 3_000 }),
      { kind: EXIT, tid: 7, timestampNs: 6_000 },
      span({ from: 1_000, to: 5_000 }),
    );
    expect(parts(only(stage))).toEqual({ span: 3_000, timer_tick: 1_000 });
  });
});

describe('spans', () => {
  it('are summed up by name', () => {
    using stage = marking({ spanBudgetUs: { order: 100 } });
    for (let i = 1; i <= 100; i++) stage.deliver(span({ from: 0, to: i * 2_000 }));
    stage.deliver(span({ from: 0, to: 5_000, name: 2, flags: SpanFlag.Instant }));
    const [order, risk] = stage.collector.spans({ percentiles: [50] }).spans;
    expect(order).toMatchObject({
      name: 'order',
      pid: 5,
      count: 100,
      instants: 0,
      open: 2,
      errors: 1,
      minUs: 2,
      meanUs: 101,
      maxUs: 200,
      budgetUs: 100,
      overBudget: 50,
    });
    expect(order!.percentiles[0]!.us).toBeGreaterThanOrEqual(100);
    expect(order!.percentiles[0]!.us).toBeLessThanOrEqual(100 * 1.04);
    expect(risk).toMatchObject({ name: 'risk', count: 0, instants: 1, percentiles: [] });
    expect(stage.collector.metrics().spans).toBe(100);
  });

  it('over their budget are told at once, the slowest of a name are kept in any case', () => {
    using stage = marking({ spanBudgetUs: { order: 50 } });
    const heard: SlowSpan[] = [];
    stage.collector.onSpan((slow) => heard.push(slow));
    for (let i = 1; i <= 20; i++) {
      stage.deliver(span({ from: 0, to: i * 3_000 }), span({ from: 0, to: i * 3_000, name: 2 }));
    }
    expect(heard.map(({ durationUs }) => durationUs)).toEqual([51, 54, 57, 60]);
    expect(heard.every(({ budgetUs, name }) => budgetUs === 50 && name === 'order')).toBe(true);
    const { slow } = stage.collector.spans({ name: 'risk' });
    expect(slow.map(({ durationUs }) => durationUs).sort()).toEqual([48, 51, 54, 57, 60]);
    expect(stage.collector.spans({ minDurationUs: 60 }).slow).toHaveLength(2);
    expect(stage.collector.spans({ includeReceipts: false }).slow).toEqual([]);
    expect(stage.collector.spans({ pid: 6 }).spans).toEqual([]);
  });

  it('come with the events of their id', () => {
    using stage = marking();
    stage.deliver(
      mark(1_500, 77),
      mark(1_600, 78),
      span({ from: 1_700, to: 1_700, id: 77, name: 2, flags: SpanFlag.Instant }),
      span({ from: 1_000, to: 2_000, id: 77 }),
      span({ from: 1_000, to: 2_000 }),
    );
    const [first, second] = stage.collector.spans({ name: 'order' }).slow;
    expect(first!.events).toMatchObject([
      { type: 'mark', timestampNs: 1_500 },
      { type: 'instant', name: 'risk', timestampNs: 1_700 },
    ]);
    expect(second!.events).toEqual([]);
  });

  it('come in queries also with what was said of their id after them', () => {
    using stage = marking({ spanBudgetUs: 0 });
    const told: SlowSpan[] = [];
    stage.collector.onSpan((slow) => told.push(slow));
    stage.deliver(mark(1_500, 77), span({ from: 1_000, to: 2_000, id: 77 }));
    stage.deliver(mark(9_000, 77));
    const times = (slow: SlowSpan) => slow.events.map(({ timestampNs }) => timestampNs);
    expect(told.map(times)).toEqual([[1_500]]);
    expect(stage.collector.spans().slow.map(times)).toEqual([[1_500, 9_000]]);
  });

  it('are told apart by up to 4096 names; those of others are counted', () => {
    using stage = marking();
    stage.source.spanOrigins = { ...fakeOrigins, pidOf: () => PID };
    const spans = Array.from({ length: 4099 }, (_, i) =>
      span({ from: 0, to: 1_000, origin: 1 + Math.floor(i / 1024), name: i % 1024 }),
    );
    stage.deliver(...spans, ...spans);
    const report = stage.collector.spans({ includeReceipts: false });
    expect(report.spans).toHaveLength(4096);
    expect(report.spans.every(({ count }) => count === 2)).toBe(true);
    expect(report.unlisted).toBe(2 * 3);
    expect(report.withheld).toBeGreaterThan(0);
  });

  it('that are turns of an event loop have a budget of 10 ms, unless their name has another', () => {
    const turn = (from: number, ms: number) =>
      span({ from, to: from + ms * 1e6, source: SpanSource.EventLoop });
    const told = (spanBudgetUs?: LatencyOptions['spanBudgetUs']) => {
      using stage = marking(spanBudgetUs === undefined ? {} : { spanBudgetUs });
      const heard: SlowSpan[] = [];
      stage.collector.onSpan((slow) => heard.push(slow));
      stage.deliver(turn(0, 4), turn(5e6, 11), turn(17e6, 30));
      expect(heard.every(({ source }) => source === 'event_loop')).toBe(true);
      return heard.map(({ durationUs }) => durationUs);
    };
    expect(told()).toEqual([11_000, 30_000]);
    expect(told(1)).toEqual([11_000, 30_000]);
    expect(told({ order: 20_000 })).toEqual([30_000]);
  });

  it('of origins that never were are no spans', () => {
    using stage = marking();
    stage.deliver(span({ from: 0, to: 1_000, origin: 9 }), span({ from: 0, to: 1, name: 1024 }));
    expect(stage.collector.spans().spans).toEqual([]);
  });

  it('hold up nothing when their budget is too small: receipts beyond some are counted', () => {
    using stage = marking({ spanBudgetUs: 0 });
    stage.deliver(...Array.from({ length: 400 }, () => span({ from: 0, to: 1_000 })));
    const { slow, withheld, spans } = stage.collector.spans();
    expect(slow).toHaveLength(256);
    expect(withheld).toBe(400 - 256);
    expect(spans[0]).toMatchObject({ count: 400, overBudget: 400 });
  });

  it('are not read when they are switched off', () => {
    using stage = marking({ spans: false });
    stage.deliver(span({ from: 0, to: 1_000 }));
    expect(stage.collector.spans()).toEqual({
      spans: [],
      slow: [],
      origins: [],
      refused: [],
      probes: [],
      withheld: 0,
      unlisted: 0,
    });
    expect(stage.collector.notObserved().map(({ cause }) => cause)).toContain('span');
  });

  it.each([-1, NaN, { order: 1e12 }])('have no budget of %o', (spanBudgetUs) => {
    expect(() => marking({ spanBudgetUs })).toThrow(/spanBudgetUs/);
  });
});
