import { spawnCollections, type Interval } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import type { LatencySpike } from '../../src/index.js';
import { Monitor, during } from '../support/monitor.js';

type GcPart = Extract<LatencySpike['receipt']['parts'][0], { readonly cause: 'gc_pause' }>;

/** The call of gc() around the collection, beyond what V8 calls the pause. */
const CALL_NS = 2e6;

describe('a collection of a Node process', () => {
  it('is a part of one spike, which takes no longer than the call', async () => {
    await using target = await spawnCollections({ full: 7, young: 5 });
    using monitor = new Monitor([target.pid], { thresholdUs: 50 });
    const { calls } = await target.go();
    const spikes = monitor.spikes({ tid: target.pid });
    expect(monitor.dropped).toBe(0);
    for (const [i, call] of calls.entries()) {
      const { part, spike } = only(spikes, call);
      const kind = i < 7 ? 'mark_compact' : 'scavenge';
      const ours = part.details.pauses.filter((pause) => pause.reason === 'testing');
      expect(ours).toEqual([
        { kind, reason: 'testing', ns: expect.any(Number) as number, count: 1 },
      ]);
      expect(part.ns).toBeLessThanOrEqual(spike.durationNs);
      // Right before or after the call it may have to wait for its CPU.
      const waitedNs = spike.receipt.parts
        .filter(({ causeClass }) => causeClass === 'context_switch')
        .reduce((sum, { ns }) => sum + ns, 0);
      expect(spike.durationNs - waitedNs).toBeLessThan(call.endNs - call.startNs + CALL_NS);
    }
    const { collector } = monitor;
    expect(collector.notObserved().map(({ cause }) => cause)).not.toContain('gc_pause');
  });

  it('is not looked for when it is switched off', async () => {
    await using target = await spawnCollections({ full: 3 });
    using monitor = new Monitor([target.pid], { runtimes: false });
    await target.go();
    expect(
      monitor
        .spikes()
        .flatMap(({ receipt }) => receipt.parts)
        .some(isGc),
    ).toBe(false);
    expect(monitor.collector.notObserved()).toContainEqual({
      cause: 'gc_pause',
      reason: 'switched off by option runtimes',
    });
  });
});

function only(spikes: readonly LatencySpike[], call: Interval) {
  const found = during(spikes, call).flatMap((spike) =>
    spike.receipt.parts.filter(isGc).map((part) => ({ spike, part })),
  );
  expect(found).toHaveLength(1);
  return found[0]!;
}

function isGc(part: LatencySpike['receipt']['parts'][0]): part is GcPart {
  return part.cause === 'gc_pause';
}
