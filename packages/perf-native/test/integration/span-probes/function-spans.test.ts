import { describe, expect, it } from 'vitest';
import { RecordKind, SpanSource } from '@hftmon/core';
import { spawnProbed } from '@hftmon/testkit';
import { Monitor } from '../../support/monitor.js';
import { faultless, onlyProbe } from '../../support/probe-states.js';
import { seenSpans } from '../../support/seen-spans.js';

const KINDS = [RecordKind.Span];
const probe = (fn: string) => ({ name: fn, binary: 'probed', function: fn });
const watch = (pid: number, fn: string) => Monitor.start(KINDS, [pid], { spanProbes: [probe(fn)] });

describe('spans of a function of a program that knows nothing of it', () => {
  it.each([1, 3])('tells every call of %i threads, as long as they take', async (threads) => {
    await using target = await spawnProbed({ threads, calls: 997, callUs: 3 });
    using monitor = watch(target.pid, 'probed_work');
    const { workers, changed } = await target.go();
    expect(changed).toBe(true);
    const spans = seenSpans(monitor);
    expect(spans).toHaveLength(threads * 997);
    expect(onlyProbe(monitor)).toMatchObject({
      name: 'probed_work',
      pid: target.pid,
      source: 'uprobe',
      counts: faultless(threads * 997),
    });
    expect(monitor.counts(RecordKind.Span)).toMatchObject({ seen: threads * 997, dropped: 0 });
    const epochNs = Number(monitor.source.epochMonotonicNs);
    for (const { tid, outer, inner } of workers) {
      const own = spans.filter((span) => span.tid === tid);
      expect(own).toHaveLength(997);
      for (const [i, { startNs, durationNs, ...what }] of own.entries()) {
        expect(what).toMatchObject({
          name: 'probed_work',
          source: SpanSource.Uprobe,
          id: 0,
          value: 0,
          depth: 0,
          flags: 0,
        });
        const start = startNs + epochNs;
        expect(start).toBeGreaterThanOrEqual(outer[i]!.startNs);
        expect(start).toBeLessThanOrEqual(inner[i]!.startNs);
        expect(start + durationNs).toBeGreaterThanOrEqual(inner[i]!.endNs);
        expect(start + durationNs).toBeLessThanOrEqual(outer[i]!.endNs);
      }
    }
  });

  it('tells the calls within a call, with their depth', async () => {
    await using target = await spawnProbed({ mode: 'recursion', calls: 101, depth: 6 });
    using monitor = watch(target.pid, 'probed_recursion');
    await target.go();
    const spans = seenSpans(monitor);
    expect(onlyProbe(monitor).counts).toEqual(faultless(7 * 101));
    expect(spans).toHaveLength(7 * 101);
    for (let i = 0; i < 101; i++) {
      const nest = spans.slice(7 * i, 7 * i + 7);
      expect(nest.map(({ depth }) => depth)).toEqual([6, 5, 4, 3, 2, 1, 0]);
      for (let inner = 0; inner < 6; inner++) {
        expect(nest[inner]!.durationNs).toBeLessThan(nest[inner + 1]!.durationNs);
      }
    }
  });

  it('counts calls that are too deep, and tells the outer ones of each', async () => {
    await using target = await spawnProbed({ mode: 'recursion', calls: 11, depth: 40 });
    using monitor = watch(target.pid, 'probed_recursion');
    await target.go();
    const spans = seenSpans(monitor);
    expect(spans).toHaveLength(32 * 11);
    expect(onlyProbe(monitor).counts).toEqual({
      ...faultless(32 * 11),
      begun: 41 * 11,
      tooDeep: 9 * 11,
    });
  });

  it('gives up calls that longjmp() left, and pairs the next ones rightly', async () => {
    await using target = await spawnProbed({ mode: 'jump', calls: 101 });
    using monitor = Monitor.start(KINDS, [target.pid], {
      spanProbes: [probe('probed_jump'), probe('probed_work')],
    });
    await target.go();
    const counts = () => monitor.source.spanOrigins!.probes().map((state) => state.counts);
    // The thread ends, and with it what it had open.
    await expect
      .poll(counts)
      .toEqual([{ ...faultless(0), begun: 101, abandoned: 101 }, faultless(101)]);
    const spans = seenSpans(monitor);
    expect(spans.map(({ name }) => name)).toEqual(Array(101).fill('probed_work'));
    expect(new Set(spans.map(({ depth }) => depth))).toEqual(new Set([0]));
  });

  it('counts calls that are under way, and gives them up when the process is killed', async () => {
    const target = await spawnProbed({ mode: 'rest', threads: 3, calls: 0 });
    using monitor = watch(target.pid, 'probed_rest');
    await target.go();
    expect(onlyProbe(monitor).counts).toEqual({ ...faultless(0), begun: 3, open: 3 });
    await target.dispose();
    await expect.poll(() => monitor.reap()).toContain(target.pid);
    monitor.source.detach(target.pid);
    expect(onlyProbe(monitor).counts).toEqual({ ...faultless(0), begun: 3, abandoned: 3 });
  });

  it('leaves other processes of the same program alone', async () => {
    await using target = await spawnProbed({ calls: 101 });
    await using other = await spawnProbed({ calls: 101 });
    using monitor = watch(target.pid, 'probed_work');
    const reports = await Promise.all([target.go(), other.go()]);
    expect(reports.map(({ changed }) => changed)).toEqual([true, false]);
    expect(seenSpans(monitor)).toHaveLength(101);
    expect(onlyProbe(monitor).counts).toEqual(faultless(101));
  });

  it('takes the probe out when it lets go of the process', async () => {
    await using target = await spawnProbed({ calls: 101 });
    using monitor = watch(target.pid, 'probed_work');
    monitor.source.detach(target.pid);
    const { changed } = await target.go();
    expect(changed).toBe(false);
    expect(onlyProbe(monitor).counts).toEqual(faultless(0));
  });

  it('takes a probe for a process that it follows already', async () => {
    await using target = await spawnProbed({ calls: 101 });
    using monitor = Monitor.start(KINDS, [target.pid], { spanProbes: [] });
    monitor.source.addSpanProbe(probe('probed_work'));
    await target.go();
    expect(seenSpans(monitor)).toHaveLength(101);
  });

  it('ends a span at the entry of another function', async () => {
    await using target = await spawnProbed({ mode: 'rest', calls: 101 });
    using monitor = Monitor.start(KINDS, [target.pid], {
      spanProbes: [{ ...probe('probed_work'), until: 'probed_rest' }],
    });
    const { workers } = await target.go();
    const spans = seenSpans(monitor);
    expect(spans).toHaveLength(1);
    const [{ startNs }] = spans as [(typeof spans)[0]];
    const last = workers[0]!.outer[100]!;
    const start = startNs + Number(monitor.source.epochMonotonicNs);
    expect(start).toBeGreaterThanOrEqual(last.startNs);
    expect(start).toBeLessThanOrEqual(last.endNs);
    const { counts } = onlyProbe(monitor);
    expect(counts).toMatchObject({ begun: 101, spans: 1, unmatchedEnds: 0 });
  });
});
