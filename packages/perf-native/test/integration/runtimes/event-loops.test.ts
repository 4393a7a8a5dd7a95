import { RecordKind, SpanSource } from '@hftmon/core';
import { spawnCollections } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import { Monitor } from '../../support/monitor.js';
import { seenSpans } from '../../support/seen-spans.js';

const KINDS = [RecordKind.Span, RecordKind.Syscall, RecordKind.Pause];

describe('turns of the event loop of a Node process', () => {
  it.each([{}, { worker: true }, { nested: true }])(
    'begin and end where it waits for events, those that were held up too (%j)',
    async (options) => {
      const { worker = false } = options as { worker?: boolean };
      await using target = await spawnCollections({ blocks: 7, blockMs: 30, ...options });
      using monitor = Monitor.start(KINDS, [target.pid]);
      const { blocked } = await target.go();
      const epochNs = Number(monitor.source.epochMonotonicNs);
      const turns = seenSpans(monitor);
      expect(turns.every(({ source }) => source === SpanSource.EventLoop)).toBe(true);
      const name = worker ? 'event loop of another thread' : 'event loop';
      const own = turns.filter((turn) => turn.name === name);
      const held = blocked.map((block) => {
        const met = own.filter(
          ({ startNs, durationNs }) =>
            startNs + epochNs < block.endNs && startNs + epochNs + durationNs > block.startNs,
        );
        expect(met).toHaveLength(1);
        const [turn] = met;
        expect(turn!.startNs + epochNs).toBeLessThanOrEqual(block.startNs);
        expect(turn!.startNs + epochNs + turn!.durationNs).toBeGreaterThanOrEqual(block.endNs);
        expect(turn!.tid === target.pid).toBe(!worker);
        return turn!;
      });
      // Each block is a turn of its own: it waits for a timer before.
      expect(new Set(held).size).toBe(blocked.length);
      // Others are that long only where they wait for a CPU for most of the time.
      const long = own.filter((turn) => turn.durationNs >= 30e6 && !held.includes(turn));
      const { runQueueNs } = monitor.source
        .totals(target.pid)
        .find(({ tid }) => tid === held[0]!.tid)!;
      expect(long.length * 15e6).toBeLessThanOrEqual(runQueueNs);
      expect(monitor.source.runtimes).toMatchObject([{ pid: target.pid, loops: true }]);
    },
  );

  it('do not overlap in a thread, and leave the waits out', async () => {
    await using target = await spawnCollections({ young: 11 });
    using monitor = Monitor.start(KINDS, [target.pid]);
    await target.go();
    const turns = seenSpans(monitor).filter(({ tid }) => tid === target.pid);
    expect(turns.length).toBeGreaterThanOrEqual(11);
    for (const [i, { startNs }] of turns.entries()) {
      if (i > 0) expect(startNs).toBeGreaterThan(turns[i - 1]!.startNs + turns[i - 1]!.durationNs);
    }
  });

  it('are not told of a process that was let go of', async () => {
    await using target = await spawnCollections({ blocks: 2 });
    using monitor = Monitor.start(KINDS, [target.pid]);
    monitor.source.detach(target.pid);
    await target.go();
    expect(seenSpans(monitor)).toEqual([]);
  });
});
