import { describe, expect, it } from 'vitest';
import { RecordKind, SpanSource } from '@hftmon/core';
import { spawnProbed } from '@hftmon/testkit';
import { Monitor } from '../../support/monitor.js';
import { faultless, onlyProbe } from '../../support/probe-states.js';
import { seenSpans } from '../../support/seen-spans.js';

const usdt = { begin: 'hftmon_test:begin', end: 'hftmon_test:end' };

describe('spans from one static probe to another', () => {
  it.each([undefined, 'probed'])('tells each, of every place (binary %s)', async (binary) => {
    await using target = await spawnProbed({ mode: 'static', threads: 2, calls: 101, callUs: 3 });
    const named = binary === undefined ? {} : { binary };
    using monitor = Monitor.start([RecordKind.Span], [target.pid], {
      spanProbes: [{ name: 'static', ...named, usdt }],
    });
    const { semaphore } = await target.go();
    expect(semaphore).toBeGreaterThan(0);
    const spans = seenSpans(monitor);
    // 101 of the first place, 50 of the second one.
    expect(spans).toHaveLength(2 * 151);
    for (const span of spans) {
      expect(span).toMatchObject({ name: 'static', source: SpanSource.Usdt, depth: 0, flags: 0 });
    }
    const long = spans.filter(({ durationNs }) => durationNs >= 3000);
    expect(long.length).toBeGreaterThanOrEqual(2 * 101);
    expect(onlyProbe(monitor)).toMatchObject({ source: 'usdt', counts: faultless(2 * 151) });
  });

  it('switches the static probe off again', async () => {
    await using target = await spawnProbed({ mode: 'static', calls: 11 });
    using monitor = Monitor.start([RecordKind.Span], [target.pid], {
      spanProbes: [{ name: 'static', usdt }],
    });
    monitor.source.detach(target.pid);
    const { semaphore } = await target.go();
    expect(semaphore).toBe(0);
  });
});
