import { spawnCollections, type Interval } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import type { LatencySpike, SlowSpan } from '../../src/index.js';
import { Monitor, during } from '../support/monitor.js';

describe('an event loop that is held up', () => {
  it('is a slow span, whose receipt tells its own work, collections and sleep apart', async () => {
    await using target = await spawnCollections({ full: 3, blocks: 5, blockMs: 40 });
    using monitor = new Monitor([target.pid]);
    const heard: SlowSpan[] = [];
    monitor.collector.onSpan((span) => heard.push(span));
    const { blocked } = await target.go();
    // What has come so far is delivered for whoever asks.
    monitor.spikes();
    const { spans, slow } = monitor.collector.spans({ name: 'event loop' });
    expect(spans).toMatchObject([{ pid: target.pid, source: 'event_loop', budgetUs: 10_000 }]);
    expect(heard.length).toBeGreaterThanOrEqual(blocked.length);
    for (const { receipt, durationNs } of slow) {
      expect(receipt.parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(durationNs);
    }
    for (const block of blocked) {
      const span = only(heard, block);
      expect(span).toMatchObject({ name: 'event loop', tid: target.pid, budgetUs: 10_000 });
      // It reads the clock all the time: whatever else there was is in the other parts.
      // V8 may collect then, and wait long for helpers that get no CPU.
      const ns = partNs(span, 'span') + partNs(span, 'gc_pause') + offCpuNs(span);
      expect(ns, JSON.stringify(span.receipt)).toBeGreaterThan(0.9 * 40e6);
    }
  });

  it('tells the collections in each turn, as long as their spikes do', async () => {
    await using target = await spawnCollections({ full: 5, young: 2 });
    // Below any collection: every turn with one is told.
    const options = { thresholdUs: 20, spanBudgetUs: { 'event loop': 20 } };
    using monitor = new Monitor([target.pid], options);
    const heard: SlowSpan[] = [];
    monitor.collector.onSpan((span) => heard.push(span));
    const { calls } = await target.go();
    const spikes = monitor.spikes({ tid: target.pid });
    expect(monitor.dropped).toBe(0);
    expect(calls).toHaveLength(7);
    // The first one's turn is not seen: it came out of a wait that had begun before it was watched.
    for (const call of calls.slice(1)) {
      const turn = only(heard, call);
      const { monotonicNs, durationNs } = turn;
      const inSpikes = during(spikes, { startNs: monotonicNs, endNs: monotonicNs + durationNs });
      expect(partNs(turn, 'gc_pause')).toBeGreaterThan(0);
      expect(partNs(turn, 'gc_pause')).toBe(
        inSpikes.reduce((sum, spike) => sum + partNs(spike, 'gc_pause'), 0),
      );
    }
  });
});

/** The turn in which that happened. */
function only(turns: readonly SlowSpan[], { startNs, endNs }: Interval): SlowSpan {
  const around = turns.filter(
    ({ monotonicNs, durationNs }) => monotonicNs <= startNs && monotonicNs + durationNs >= endNs,
  );
  expect(around).toHaveLength(1);
  return around[0]!;
}

function partNs({ receipt }: SlowSpan | LatencySpike, cause: string): number {
  return receipt.parts.filter((part) => part.cause === cause).reduce((sum, { ns }) => sum + ns, 0);
}

/** What a host with other work took from it. */
function offCpuNs({ receipt }: SlowSpan): number {
  return receipt.parts
    .filter(({ causeClass }) => causeClass !== 'application' && causeClass !== 'unknown')
    .reduce((sum, { ns }) => sum + ns, 0);
}
