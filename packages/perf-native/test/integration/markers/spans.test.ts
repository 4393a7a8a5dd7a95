import { describe, expect, it } from 'vitest';
import { RecordKind, SpanFlag, SpanSource, type MarkCounts } from '@hftmon/core';
import { spawnMarks } from '@hftmon/testkit';
import { Monitor } from '../../support/monitor.js';
import { onlyOrigin, seenSpans } from '../../support/seen-spans.js';

/** What turning a processor's counter into ns may add, and what the two clocks differ by. */
const SLACK_NS = 2000;

const FAULTLESS: Partial<MarkCounts> = {
  lost: 0,
  garbage: 0,
  unmatchedEnds: 0,
  overlapping: 0,
  tooDeep: 0,
  abandoned: 0,
  clockErrors: 0,
  open: 0,
  refusedNames: 0,
  refusedThreads: 0,
  refusedMarks: 0,
};

const KINDS = [RecordKind.Span];

describe('spans of a process that marks its work', () => {
  it.each([1, 3])('tells every span of %i threads, as long as they say', async (threads) => {
    await using target = await spawnMarks({ threads, spans: 997, spanUs: 3 });
    using monitor = Monitor.start(KINDS, [target.pid]);
    const { workers } = await target.go();
    const spans = seenSpans(monitor);
    expect(spans).toHaveLength(threads * 997);
    const { counts, clockErrorNs } = onlyOrigin(monitor);
    expect(counts).toMatchObject({
      ...FAULTLESS,
      marks: threads * 2 * 997,
      spans: threads * 997,
      threads,
    });
    expect(clockErrorNs).toBeLessThan(SLACK_NS);
    const epochNs = Number(monitor.source.epochMonotonicNs);
    for (const { tid, firstId, outer, inner } of workers) {
      const own = spans.filter((span) => span.tid === tid);
      expect(own.map(({ id }) => id)).toEqual(outer.map((_, i) => firstId + i));
      for (const [i, { startNs, durationNs, ...what }] of own.entries()) {
        expect(what).toMatchObject({
          name: 'outside',
          source: SpanSource.Marker,
          value: i / 2,
          depth: 0,
          flags: 0,
        });
        const start = startNs + epochNs;
        expect(start).toBeGreaterThanOrEqual(outer[i]!.startNs - SLACK_NS);
        expect(start).toBeLessThanOrEqual(inner[i]!.startNs + SLACK_NS);
        expect(start + durationNs).toBeGreaterThanOrEqual(inner[i]!.endNs - SLACK_NS);
        expect(start + durationNs).toBeLessThanOrEqual(outer[i]!.endNs + SLACK_NS);
      }
    }
  });

  it('tells nested spans with their depth, and instants within them', async () => {
    await using target = await spawnMarks({ mode: 'nested', spans: 101 });
    using monitor = Monitor.start(KINDS, [target.pid]);
    await target.go();
    const spans = seenSpans(monitor);
    expect(spans).toHaveLength(3 * 101);
    for (let i = 0; i < 101; i++) {
      const [moment, inside, outside] = spans.slice(3 * i, 3 * i + 3);
      const id = i + 1;
      expect(moment).toMatchObject({ name: 'moment', id, value: 1.5, durationNs: 0, depth: 2 });
      expect(moment!.flags).toBe(SpanFlag.Instant);
      expect(inside).toMatchObject({ name: 'inside', id, depth: 1, flags: 0 });
      expect(outside).toMatchObject({ name: 'outside', id, depth: 0, flags: 0 });
      expect(inside!.startNs).toBeGreaterThanOrEqual(outside!.startNs);
      expect(inside!.durationNs).toBeLessThanOrEqual(outside!.durationNs);
    }
    expect(onlyOrigin(monitor).counts).toMatchObject({ ...FAULTLESS, spans: 202, instants: 101 });
  });

  it('tells overlapping spans, and that they are', async () => {
    await using target = await spawnMarks({ mode: 'overlapping', spans: 101 });
    using monitor = Monitor.start(KINDS, [target.pid]);
    await target.go();
    const spans = seenSpans(monitor);
    expect(spans).toHaveLength(202);
    for (const { name, flags } of spans) {
      expect(flags, name).toBe(name === 'outside' ? SpanFlag.Overlapping : 0);
    }
    expect(onlyOrigin(monitor).counts).toMatchObject({
      ...FAULTLESS,
      spans: 202,
      overlapping: 101,
    });
  });

  it('counts ends without a beginning', async () => {
    await using target = await spawnMarks({ mode: 'ends', spans: 101 });
    using monitor = Monitor.start(KINDS, [target.pid]);
    await target.go();
    expect(seenSpans(monitor)).toEqual([]);
    const { counts, origin } = onlyOrigin(monitor);
    expect(counts).toMatchObject({ ...FAULTLESS, marks: 101, unmatchedEnds: 101 });
    const name = counts.names - 1;
    expect(monitor.source.spanOrigins!.nameOf(origin, name)).toBe('outside');
    expect(monitor.source.spanOrigins!.countsOf(origin, name)).toEqual({
      spans: 0,
      open: 0,
      errors: 101,
    });
  });

  it('counts beginnings without an end: those that are open, and those that are too many', async () => {
    await using target = await spawnMarks({ mode: 'begins', spans: 101 });
    using monitor = Monitor.start(KINDS, [target.pid]);
    await target.go();
    expect(seenSpans(monitor)).toEqual([]);
    expect(onlyOrigin(monitor).counts).toMatchObject({
      ...FAULTLESS,
      marks: 101,
      open: 64,
      tooDeep: 101 - 64,
    });
    monitor.source.detach(target.pid);
    expect(onlyOrigin(monitor).counts).toMatchObject({ open: 0, abandoned: 64 });
  });

  it('takes as many names as there is room for, and the rest as one', async () => {
    await using target = await spawnMarks({ mode: 'names', spans: 3001 });
    using monitor = Monitor.start(KINDS, [target.pid]);
    const { tid } = await target.go();
    const spans = seenSpans(monitor).filter((span) => span.tid === tid);
    expect(spans).toHaveLength(3001);
    const names = new Set(spans.map(({ name }) => name));
    expect(names.size).toBe(1024);
    expect(names).toContain('name-0');
    expect(names).toContain('(other names)');
    expect(onlyOrigin(monitor).counts).toMatchObject({ names: 1024, refusedNames: 3001 - 1023 });
  });

  it('counts marks that were overwritten before they were read', async () => {
    await using target = await spawnMarks({ mode: 'flood', spans: 9973, ringMarks: 64 });
    using monitor = Monitor.start(KINDS, [target.pid], { pollIntervalNs: 3_600_000_000_000 });
    await target.go();
    const spans = seenSpans(monitor);
    const { counts } = onlyOrigin(monitor);
    expect(counts.lost).toBeGreaterThan(19_000);
    expect(counts.marks + counts.lost).toBe(2 * 9973);
    expect(counts.spans).toBe(spans.length);
    expect(spans.map(({ id }) => id).slice(-5)).toEqual([9969, 9970, 9971, 9972, 9973]);
  });

  it('tells a million spans, none lost', async () => {
    await using target = await spawnMarks({ mode: 'flood', spans: 500_009, threads: 2, cpu: 1 });
    using monitor = Monitor.start(KINDS, [target.pid], { historyRecords: 1 << 21 });
    let seen = 0;
    monitor.onRecord = () => seen++;
    await target.go();
    monitor.read();
    const { counts } = onlyOrigin(monitor);
    expect(counts.marks + counts.lost).toBe(4 * 500_009);
    expect(seen + monitor.lost).toBe(counts.spans);
    if (counts.lost === 0) expect(counts).toMatchObject({ ...FAULTLESS, spans: 2 * 500_009 });
  });

  it('knows spans that began before it came, and tells no marks of before', async () => {
    await using target = await spawnMarks({ mode: 'begins', spans: 7 });
    const { workers } = await target.go();
    using monitor = Monitor.start(KINDS, [target.pid]);
    expect(seenSpans(monitor)).toEqual([]);
    expect(onlyOrigin(monitor).counts).toMatchObject({ marks: 0, spans: 0, unmatchedEnds: 0 });
    expect(workers[0]!.outer).toEqual([]);
  });

  it('gives a forked child an area of its own, and reads it as that of the child', async () => {
    await using target = await spawnMarks({ mode: 'fork', spans: 1 });
    using monitor = Monitor.start(KINDS, [target.pid]);
    const { child } = await target.go();
    try {
      await expect
        .poll(() => {
          if (!monitor.source.spanOrigins!.list().some(({ pid }) => pid === child)) {
            monitor.source.detach(child);
            monitor.source.attach(child);
          }
          return monitor.source.spanOrigins!.list().map(({ pid }) => pid);
        })
        .toEqual([target.pid, child]);
      expect(monitor.source.spanOrigins!.refused()).toEqual([]);
      const [parent] = monitor.source.spanOrigins!.list();
      expect(parent!.counts).toMatchObject({ marks: 0 });
    } finally {
      process.kill(child, 'SIGKILL');
    }
  });

  it('reads the area of a child that is followed, with what it marked before it was found', async () => {
    await using target = await spawnMarks({ mode: 'fork', spans: 1 });
    // Children are found by the kernel's events.
    const kinds = [RecordKind.Span, RecordKind.Switch];
    using monitor = Monitor.start(kinds, [target.pid], { followChildren: true });
    const { child } = await target.go();
    try {
      const pids = () => (monitor.reap(), monitor.source.spanOrigins!.list().map(({ pid }) => pid));
      await expect.poll(pids).toEqual([target.pid, child]);
      await expect.poll(() => seenSpans(monitor)).toMatchObject([{ name: 'outside', tid: child }]);
    } finally {
      process.kill(child, 'SIGKILL');
    }
    const last = () => (monitor.reap(), monitor.source.spanOrigins!.list().at(-1)?.counts.open);
    await expect.poll(last).toBe(0);
  });

  it('reads what a process wrote before it was killed, and keeps its accounts', async () => {
    const target = await spawnMarks({ mode: 'flood', spans: 100_000_000 });
    using monitor = Monitor.start(KINDS, [target.pid]);
    target.begin();
    await expect.poll(() => onlyOrigin(monitor).counts.spans).toBeGreaterThan(1000);
    await target.dispose();
    monitor.onRecord = () => undefined;
    monitor.read();
    monitor.source.detach(target.pid);
    const { counts } = onlyOrigin(monitor);
    expect(counts).toMatchObject({ garbage: 0, clockErrors: 0, open: 0, overlapping: 0 });
    expect(counts.marks).toBeGreaterThanOrEqual(2 * counts.spans);
    expect(monitor.source.spanOrigins!.nameOf(1, 1)).toBe('flood');
  });
});
