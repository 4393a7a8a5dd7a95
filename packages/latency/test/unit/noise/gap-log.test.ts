import { FakeClock } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import { GapLog } from '../../../src/noise/gap-log.js';
import type { RawGap } from '../../../src/noise/noise-gap.js';
import type { Explanation } from '../../../src/receipt/explain-stretch.js';
import type { ReceiptPart } from '../../../src/types/spike.js';

const clock = new FakeClock(1_000_000_000n, 1_700_000_000_000);

function raw(startNs: number, ns: number, books: Partial<RawGap> = {}): RawGap {
  const none = { involuntarySwitches: 0, minorFaults: 0, majorFaults: 0 };
  return { startNs, endNs: startNs + ns, ...none, ...books };
}

/** Made of ns by cause. */
function made(of: Readonly<Record<string, number>>, more: Partial<Explanation> = {}): Explanation {
  const parts = Object.entries(of)
    .map(([cause, ns]) => ({ cause, causeClass: 'unknown', ns, details: {} }))
    .sort((a, b) => b.ns - a.ns) as unknown as ReceiptPart[];
  const durationNs = parts.reduce((sum, { ns }) => sum + ns, 0);
  return { receipt: { durationNs, parts, unexplainedNs: of['unexplained'] ?? 0 }, ...more };
}

const log = (most = 100) => new GapLog(3, clock, most);

describe('a gap', () => {
  it('has the cause of its largest part', () => {
    const gap = log().add(raw(5, 100), made({ timer_tick: 60, unexplained: 40 }));
    expect(gap).toMatchObject({ cause: 'timer_tick', cpu: 3, durationNs: 100, timestampNs: 5 });
    expect(gap.monotonicNs).toBe(1_000_000_005);
  });

  it('without an event of the kernel is of hardware or hypervisor', () => {
    const gap = log().add(raw(0, 100), made({ unexplained: 100 }));
    expect(gap).toMatchObject({ cause: 'hardware_or_hypervisor', causeClass: 'hardware' });
  });

  it.each([
    ['the probe had a page fault', { minorFaults: 1 }, {}],
    ['it had one that was read from disk', { majorFaults: 1 }, {}],
    ['records were lost', {}, { incomplete: true }],
    ['records were overwritten', {}, { truncated: true }],
  ] as const)('is not theirs when %s', (_why, books, more) => {
    const gap = log().add(raw(0, 100, books), made({ unexplained: 100 }, more));
    expect(gap).toMatchObject({ cause: 'unexplained', causeClass: 'unknown' });
    expect(gap.incomplete).toBe(Object.keys(more).length > 0 ? true : undefined);
  });

  it('is not theirs when an event is the smaller part of it', () => {
    const gap = log().add(raw(0, 100), made({ unexplained: 80, timer_tick: 20 }));
    expect(gap).toMatchObject({ cause: 'unexplained', causeClass: 'unknown' });
  });

  it.each([
    ['no record tells of', { unexplained: 100 }, {}],
    ['was traced in part', { unexplained: 80, preemption: 15, timer_tick: 5 }, { estimated: true }],
  ] as const)('is of a preemption that the kernel counted and that %s', (_what, of, more) => {
    const gaps = log();
    const gap = gaps.add(raw(0, 100, { involuntarySwitches: 1 }), made(of, more));
    expect(gap).toMatchObject({
      cause: 'preemption',
      causeClass: 'context_switch',
      causeFrom: 'rusage',
      estimated: true,
    });
    expect(gap.receipt?.parts[0]?.cause).toBe('unexplained');
    const ticks = 'timer_tick' in of ? of.timer_tick : 0;
    expect(gaps.totals()[0]).toMatchObject({
      cause: 'preemption',
      ns: 100 - ticks,
      gaps: 1,
      fromRusage: { ns: of.unexplained, gaps: 1 },
    });
    for (const other of gaps.totals().slice(1)) expect(other).not.toHaveProperty('fromRusage');
    expect(gaps.totals().reduce((sum, { ns }) => sum + ns, 0)).toBe(100);
  });

  it('is not of a preemption that was traced, and was the smaller part of it', () => {
    const books = { involuntarySwitches: 1 };
    const gap = log().add(raw(0, 100, books), made({ unexplained: 80, preemption: 20 }));
    expect(gap).toMatchObject({ cause: 'unexplained', causeClass: 'unknown' });
    expect(gap.estimated).toBeUndefined();
    expect(gap.causeFrom).toBeUndefined();
  });

  it('is unexplained where no kernel events are observed', () => {
    const gap = log().add(raw(0, 100), undefined);
    expect(gap.cause).toBe('unexplained');
    expect(gap.receipt).toBeUndefined();
  });
});

describe('the log of gaps', () => {
  it('adds up every part of every gap', () => {
    const gaps = log(1);
    gaps.add(raw(0, 100), made({ timer_tick: 60, unexplained: 40 }));
    gaps.add(raw(200, 50), made({ unexplained: 50 }));
    gaps.add(raw(300, 70), made({ softirq: 30, timer_tick: 40 }));
    expect(gaps.totals()).toEqual([
      { cause: 'timer_tick', causeClass: 'interrupt', ns: 100, gaps: 2 },
      { cause: 'hardware_or_hypervisor', causeClass: 'hardware', ns: 50, gaps: 1 },
      { cause: 'unexplained', causeClass: 'unknown', ns: 40, gaps: 1 },
      { cause: 'softirq', causeClass: 'interrupt', ns: 30, gaps: 1 },
    ]);
    expect(gaps.count).toBe(3);
  });

  it('tells what of a cause is from a count of the kernel, and not from its events', () => {
    const gaps = log();
    gaps.add(raw(0, 100), made({ preemption: 90, unexplained: 10 }));
    gaps.add(raw(200, 50, { involuntarySwitches: 2 }), made({ unexplained: 50 }));
    gaps.add(
      raw(300, 70, { involuntarySwitches: 1 }),
      made({ unexplained: 60, preemption: 10 }, { estimated: true }),
    );
    expect(gaps.totals()).toEqual([
      {
        cause: 'preemption',
        causeClass: 'context_switch',
        ns: 210,
        gaps: 3,
        fromRusage: { ns: 110, gaps: 2 },
      },
      { cause: 'unexplained', causeClass: 'unknown', ns: 10, gaps: 1 },
    ]);
  });

  it('keeps the longest, in the order of time', () => {
    const gaps = log(3);
    for (let i = 0; i < 100; i++) gaps.add(raw(1000 * i, (i * 37) % 101), undefined);
    const lengths = Array.from({ length: 100 }, (_, i) => (i * 37) % 101).sort((a, b) => b - a);
    const list = gaps.list();
    expect(list.map(({ durationNs }) => durationNs).sort((a, b) => b - a)).toEqual(
      lengths.slice(0, 3),
    );
    expect(list.map(({ timestampNs }) => timestampNs)).toEqual(
      list.map(({ timestampNs }) => timestampNs).sort((a, b) => a - b),
    );
  });
});
