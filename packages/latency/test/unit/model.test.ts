import { SwitchFlag, VectorType } from '@hftmon/core';
import { Prng, type FakeRecord } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import {
  fault,
  hardIrq,
  kernelLock,
  memoryWork,
  nmi,
  offCpu,
  ran,
  softirq,
  steal,
  syscall,
  throttle,
  vector,
} from '../support/records.js';
import { Stage, partsOf } from '../support/stage.js';

/** An interval of the model. What stands later in this list is further in. */
const LEVELS = [
  'sleep',
  'syscall',
  'fault',
  'reclaim',
  'lock',
  'off',
  'run',
  'softirq',
  'irq',
  'nmi',
  'steal',
  'throttle',
] as const;
type Level = (typeof LEVELS)[number];

interface Interval {
  readonly level: Level;
  readonly from: number;
  readonly to: number;
}

const SPAN = 4000;
const GAP = 1000;
const THRESHOLD = 1500;
const HOG = 31;
const OTHER = 37;

/**
 * A random life of a thread on one CPU: intervals nested as the kernel nests them, ns instead of
 * us, so that the model below can go through it ns by ns.
 */
function randomLife(random: Prng): Interval[] {
  const life: Interval[] = [];
  nest(random, life, 0, SPAN, 0, false);
  return life;
}

function nest(
  random: Prng,
  life: Interval[],
  from: number,
  to: number,
  depth: number,
  offCpu: boolean,
): void {
  let at = from + random.int(0, 300);
  while (at < to - 2) {
    const end = Math.min(to, at + random.int(1, depth === 0 ? 1500 : 500));
    const allowed = LEVELS.filter((level, place) => {
      if (level === 'throttle') return false;
      if (offCpu && level === 'steal') return false;
      if (offCpu) return place >= LEVELS.indexOf('softirq') && place > depth;
      return place > depth && level !== 'run';
    });
    if (allowed.length === 0) return;
    const level = random.pick(allowed);
    life.push({ level, from: at, to: end });
    const inner = LEVELS.indexOf(level);
    if (level === 'off' && random.int(0, 3) === 0) {
      life.push({ level: 'throttle', from: at, to: random.int(at + 1, end) });
    }
    if (level !== 'sleep') nest(random, life, at, end, inner, offCpu || level === 'off');
    at = end + random.int(1, random.pick([40, 400, 1600]));
  }
}

function recordOf(
  { level, from, to }: Interval,
  life: readonly Interval[],
  painted: readonly (Interval | undefined)[],
): FakeRecord {
  const waiting = life.some(
    (outer) => outer.level === 'off' && outer.from <= from && outer.to >= to,
  );
  const tid = waiting ? HOG : undefined;
  const times = { from, to, waiting, ...(tid === undefined ? {} : { tid }) };
  switch (level) {
    case 'nmi':
      return nmi(times);
    case 'irq':
      return (from & 1) === 0
        ? hardIrq(24, times)
        : vector({ ...times, type: VectorType.LocalTimer });
    case 'softirq':
      return softirq(3, times);
    case 'off':
      return offCpu({ from, to, next: HOG, previous: OTHER, flags: switchFlags(from, life) });
    case 'throttle':
      return throttle({ from, to });
    case 'lock':
      return kernelLock({ from, to });
    case 'steal':
      return steal({ from, to, window: to - from });
    case 'reclaim':
      return memoryWork({ from, to });
    case 'fault':
      return fault({ from, to });
    case 'syscall':
      return syscall(1, { from, to, net: netOf({ level, from, to }, painted) });
    default:
      return offCpu({ from, to, woken: to });
  }
}

function switchFlags(from: number, life: readonly Interval[]): number {
  return isThrottled(from, life) ? SwitchFlag.Throttled : 0;
}

/** Is a limit why the thread left its CPU then? */
function isThrottled(from: number, life: readonly Interval[]): boolean {
  return life.some((interval) => interval.level === 'throttle' && interval.from === from);
}

/** What the kernel would account to a system call: its time without all that is in it. */
function netOf({ from, to }: Interval, painted: readonly (Interval | undefined)[]): number {
  return painted.slice(from, to).filter((interval) => interval?.level === 'syscall').length;
}

/** The innermost interval of each ns. */
function paint(life: readonly Interval[]): (Interval | undefined)[] {
  const painted = new Array<Interval | undefined>(SPAN).fill(undefined);
  for (const level of LEVELS) {
    for (const interval of life) {
      if (interval.level === level) painted.fill(interval, interval.from, interval.to);
    }
  }
  return painted;
}

function causeOf(interval: Interval, life: readonly Interval[]): string {
  switch (interval.level) {
    case 'nmi':
      return 'nmi';
    case 'irq':
      return (interval.from & 1) === 0 ? 'hard_irq' : 'timer_tick';
    case 'softirq':
      return 'softirq';
    case 'off':
      return isThrottled(interval.from, life) ? 'run_queue_wait' : 'preemption';
    case 'throttle':
      return 'throttled';
    case 'lock':
      return 'lock_wait';
    case 'steal':
      return 'steal';
    case 'reclaim':
      return 'reclaim';
    case 'fault':
      return 'page_fault';
    default:
      return 'syscall';
  }
}

interface Expected {
  readonly from: number;
  readonly to: number;
  readonly parts: Record<string, number>;
}

/** What must be reported, found by going through the life ns by ns. */
function expectedSpikes(
  painted: readonly (Interval | undefined)[],
  life: readonly Interval[],
): Expected[] {
  const spikes: Expected[] = [];
  let from = -1;
  let to = -1;
  let parts: Record<string, number> = {};
  const end = (): void => {
    const stall = Object.values(parts).reduce((sum, ns) => sum + ns, 0);
    const between = to - from - stall;
    if (between > 0) parts['unexplained'] = between;
    if (from >= 0 && stall >= THRESHOLD) spikes.push({ from, to, parts });
    from = -1;
    parts = {};
  };
  for (let at = 0; at < SPAN; at++) {
    const interval = painted[at];
    if (interval?.level === 'sleep') end();
    else if (interval !== undefined) {
      if (from >= 0 && at - to > GAP) end();
      if (from < 0) from = at;
      to = at + 1;
      const cause = causeOf(interval, life);
      parts[cause] = (parts[cause] ?? 0) + 1;
    }
  }
  end();
  return spikes;
}

/** In the order of their ends, inner ones first; or a little out of it. */
function inOrder(life: readonly Interval[], disorder: (interval: Interval) => number): Interval[] {
  const key = new Map(life.map((interval) => [interval, interval.to + disorder(interval)]));
  const depth = ({ level }: Interval): number => -LEVELS.indexOf(level);
  return [...life].sort((a, b) => key.get(a)! - key.get(b)! || depth(a) - depth(b));
}

const OPTIONS = { thresholdUs: THRESHOLD / 1000, mergeGapUs: GAP / 1000 };

function check(
  seed: number,
  settleUs: number,
  disorderNs: number,
  batch: number,
  eager = false,
): void {
  const random = new Prng(seed);
  const life = randomLife(random);
  const painted = paint(life);
  using stage = new Stage({ ...OPTIONS, settleUs, eager });
  const order = inOrder(life, () => random.int(0, disorderNs));
  const records = order.map((interval) => recordOf(interval, life, painted));
  for (let i = 0; i < records.length; i += batch) {
    stage.deliver(...records.slice(i, i + batch));
    if (eager) stage.collector.idle();
  }
  const spikes = stage.spikes();
  const found = spikes.map((spike) => ({
    from: spike.timestampNs,
    to: spike.timestampNs + spike.durationNs,
    parts: partsOf(spike),
  }));
  expect(found, `seed ${seed}`).toEqual(expectedSpikes(painted, life));
  for (const { receipt } of [...spikes, ...stage.heard]) {
    const sum = receipt.parts.reduce((total, part) => total + part.ns, 0);
    expect(sum, `seed ${seed}`).toBe(receipt.durationNs);
    expect(receipt.parts.every((part) => part.ns > 0 && Number.isInteger(part.ns))).toBe(true);
  }
}

describe('random nested intervals give what a model finds ns by ns', () => {
  it('when they are told in the order of their ends', () => {
    for (let seed = 1; seed <= 200; seed++) check(seed, 0.1, 0, 1 + (seed % 17));
  });

  it('when they come out of order', () => {
    for (let seed = 1001; seed <= 1150; seed++) check(seed, 0.1, 300, 1 + (seed % 5));
  });

  it('when nothing is waited for, so that every outer interval supersedes', () => {
    for (let seed = 2001; seed <= 2150; seed++) check(seed, 0, 0, 1);
  });

  it('when each is looked at as it comes, and what was looked at is kept at hand', () => {
    for (let seed = 3001; seed <= 3008; seed++) check(seed, 0.1, 0, 1 + (seed % 3), true);
  });
});

describe('random runs on the CPU during a wait', () => {
  it('are each given their own time', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = new Prng(seed);
      using stage = new Stage();
      const records: FakeRecord[] = [];
      const expected = new Map<number, number>();
      const start = random.int(0, 1000);
      let at = start;
      for (let i = random.int(0, 30); i >= 0; i--) {
        const tid = random.int(1, 5);
        const end = at + random.int(2000, 90_000);
        expected.set(tid, (expected.get(tid) ?? 0) + end - at);
        records.push(ran(tid, at, end));
        at = end;
      }
      // The last run before the thread came back has no record.
      const end = at + random.int(60_000, 90_000);
      expected.set(OTHER, end - at);
      const next = records.length > 0 ? records[0]!.tid! : OTHER;
      stage.deliver(...records, offCpu({ from: start, to: end, next, previous: OTHER }));
      const { by } = stage.spike().details as unknown as { by: { tid: number; ns: number }[] };
      expect(new Map(by.map(({ tid, ns }) => [tid, ns])), `seed ${seed}`).toEqual(expected);
      expect(by.map(({ ns }) => ns)).toEqual(by.map(({ ns }) => ns).sort((a, b) => b - a));
    }
  });
});
