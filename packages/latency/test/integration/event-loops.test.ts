import { spawnCollections } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import type { SlowSpan } from '../../src/index.js';
import { Monitor } from '../support/monitor.js';

describe('an event loop that is held up', () => {
  it('is a slow span, whose receipt tells its own work, collections and sleep apart', async () => {
    await using target = await spawnCollections({ full: 3, blocks: 5, blockMs: 40 });
    using monitor = new Monitor([target.pid]);
    const heard: SlowSpan[] = [];
    monitor.collector.onSpan((span) => heard.push(span));
    const { calls, blocked } = await target.go();
    // What has come so far is delivered for whoever asks.
    monitor.spikes();
    const { spans, slow } = monitor.collector.spans({ name: 'event loop' });
    expect(spans).toMatchObject([{ pid: target.pid, source: 'event_loop', budgetUs: 10_000 }]);
    expect(heard.length).toBeGreaterThanOrEqual(blocked.length);
    for (const { receipt, durationNs } of slow) {
      expect(receipt.parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(durationNs);
    }
    for (const { startNs, endNs } of blocked) {
      const [span, ...others] = heard.filter(
        ({ monotonicNs, durationNs }) =>
          monotonicNs <= startNs && monotonicNs + durationNs >= endNs,
      );
      expect(others).toEqual([]);
      expect(span).toMatchObject({ name: 'event loop', tid: target.pid, budgetUs: 10_000 });
      // It reads the clock all the time: whatever else there was is in the other parts.
      // V8 may collect then, and wait long for helpers that get no CPU.
      const ns = partNs(span!, 'span') + partNs(span!, 'gc_pause') + offCpuNs(span!);
      expect(ns, JSON.stringify(span!.receipt)).toBeGreaterThan(0.9 * 40e6);
    }
    for (const { startNs, endNs } of calls) {
      const span = slow.find(
        ({ monotonicNs, durationNs }) =>
          monotonicNs <= startNs && monotonicNs + durationNs >= endNs,
      );
      if (span !== undefined) expect(partNs(span, 'gc_pause')).toBeGreaterThan(0);
    }
  });
});

function partNs({ receipt }: SlowSpan, cause: string): number {
  return receipt.parts.filter((part) => part.cause === cause).reduce((sum, { ns }) => sum + ns, 0);
}

/** What a host with other work took from it. */
function offCpuNs({ receipt }: SlowSpan): number {
  return receipt.parts
    .filter(({ causeClass }) => causeClass !== 'application' && causeClass !== 'unknown')
    .reduce((sum, { ns }) => sum + ns, 0);
}
