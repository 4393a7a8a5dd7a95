import { RecordKind, kindAt, timestampAt, durationAt, type RecordBatch } from '@hftmon/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { GroupFinder } from '../../src/detect/group-finder.js';
import { ThreadTrack } from '../../src/detect/thread-track.js';
import { StandIn } from '../../src/rehearsal/stand-in.js';
import { PromptSpike } from '../../src/report/prompt-spike.js';
import { TID, fault, offCpu, ran, syscall } from '../support/records.js';
import { Stage } from '../support/stage.js';

const THRESHOLD_NS = 50_000;

/** What was played: kind and time of each record, for each collector that took part. */
function played(times: number, standIn: (make: () => Played) => StandIn): Played[] {
  const all: Played[] = [];
  const player = standIn(() => {
    const one = new Played();
    all.push(one);
    return one;
  });
  for (let i = 0; i < times; i++) player.play();
  return all;
}

class Played {
  readonly kinds: number[] = [];
  readonly startsNs: number[] = [];
  shortestNs = Infinity;

  onRecords({ u32, f64, count, firstSequence }: RecordBatch): void {
    expect(count).toBe(1);
    expect(firstSequence).toBe(this.kinds.length);
    this.kinds.push(kindAt(u32, 0));
    this.startsNs.push(timestampAt(f64, 0));
    if (kindAt(u32, 0) !== RecordKind.ThreadStart) {
      this.shortestNs = Math.min(this.shortestNs, durationAt(f64, 0));
    }
  }

  sample(): void {}
}

describe('the stand-in of a collector', () => {
  it('is given one spike at a time, each later than the one before', () => {
    const [one, ...others] = played(3, (make) => new StandIn(make, THRESHOLD_NS, 0));
    expect(others).toEqual([]);
    const { Ran, Switch, ThreadStart } = RecordKind;
    expect(one!.kinds).toEqual([ThreadStart, Ran, Switch, Ran, Switch, Ran, Switch]);
    expect(one!.shortestNs).toBeGreaterThan(THRESHOLD_NS);
    const ends = one!.startsNs.filter((_, i) => i % 2 === 0);
    expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
  });

  it('is replaced before its clock reaches what a double can hold', () => {
    const all = played(5, (make) => new StandIn(make, 2 ** 49, 0));
    expect(all.length).toBeGreaterThan(1);
    for (const { startsNs } of all) expect(Math.max(...startsNs)).toBeLessThan(2 ** 53);
  });
});

describe('a collector that is idle', () => {
  it('tells nothing that did not happen, and what happens then as ever', () => {
    using stage = new Stage({ thresholdUs: 50, eager: true });
    let verdicts = 0;
    stage.collector.onVerdict(() => verdicts++);
    const before = stage.collector.metrics();
    for (let i = 0; i < 1000; i++) stage.collector.idle();
    expect(verdicts).toBe(0);
    expect(stage.collector.metrics()).toEqual(before);
    expect(stage.collector.thresholds()).toEqual([]);
    stage.deliver(ran(31, 0, 60_000), offCpu({ from: 0, to: 60_000, next: 31, previous: 31 }));
    expect(verdicts).toBe(1);
    expect(stage.spike()).toMatchObject({ id: 1, durationNs: 60_000 });
    const after = stage.collector.metrics();
    for (let i = 0; i < 1000; i++) stage.collector.idle();
    expect(verdicts).toBe(1);
    expect(stage.heard).toHaveLength(1);
    expect(stage.collector.metrics()).toEqual(after);
    stage.collector.close();
    stage.collector.idle();
  });

  it('goes through the latest run again, unless that is a long way', () => {
    using stage = new Stage({ thresholdUs: 50, eager: true });
    const find = GroupFinder.prototype.find;
    let finds = 0;
    const spy = vi.spyOn(GroupFinder.prototype, 'find').mockImplementation(function (
      this: GroupFinder,
      ...asked
    ) {
      if (asked[0].tid === TID) finds++;
      find.apply(this, asked);
    });
    onTestFinished(() => spy.mockRestore());
    const findsIn = (idles: number): number => {
      finds = 0;
      for (let i = 0; i < idles; i++) stage.collector.idle();
      return finds;
    };
    expect(findsIn(20)).toBe(0);
    stage.deliver(offCpu({ from: 0, to: 60_000, next: 31, previous: 31 }));
    expect(findsIn(20)).toBe(20);
    const faults = Array.from({ length: 40 }, (_, i) => {
      const from = 100_000 + 2000 * i;
      return fault({ from, to: from + 1000 });
    });
    stage.deliver(...faults, syscall(39, { from: 90_000, to: 300_000, net: 170_000 }));
    expect(findsIn(20)).toBe(0);
  });

  it('counts a system call that it does not believe once, however often it goes through it', () => {
    using stage = new Stage({ thresholdUs: 50, eager: true });
    stage.deliver(syscall(39, { from: 0, to: 200_000, net: 10_000 }));
    const before = stage.collector.metrics();
    expect(before['distrusted_syscalls']).toBeGreaterThan(0);
    for (let i = 0; i < 20; i++) stage.collector.idle();
    expect(stage.collector.metrics()).toEqual(before);
  });

  it('is not confused by a thread whose place another has', () => {
    const finder = new GroupFinder(1000);
    const track = new ThreadTrack();
    track.become(TID);
    let groups = 0;
    finder.find(track, () => groups++);
    expect(groups).toBe(0);
  });

  it.each([{}, { maxSpikesPerSecond: 1 }, { adaptive: { minStalls: 1 } }])(
    'has its stand-in find every spike, with %o',
    (options) => {
      using stage = new Stage({ thresholdUs: 50, eager: true, ...options });
      const looked: number[] = [];
      const lookup = stage.source.tasks.lookup.bind(stage.source.tasks);
      stage.source.tasks.lookup = (...asked) => (looked.push(asked[0]), lookup(...asked));
      // Asked for by one of those who hear the verdicts.
      const verdict = vi.spyOn(PromptSpike.prototype, 'monotonicNs', 'get');
      onTestFinished(() => verdict.mockRestore());
      for (let i = 0; i < 100; i++) stage.collector.idle();
      expect(verdict).toHaveBeenCalledTimes(100);
      // No receipt was written, which would have looked for the task that ran.
      expect(looked).toEqual([]);
    },
  );

  it.each([{ mergeGapUs: 5000 }, { settleUs: 5000 }])(
    'has its stand-in look at one spike at a time, with %o',
    (options) => {
      using stage = new Stage({ thresholdUs: 50, eager: true, ...options });
      const find = GroupFinder.prototype.find;
      const counts = new Set<number>();
      const spy = vi.spyOn(GroupFinder.prototype, 'find').mockImplementation(function (
        this: GroupFinder,
        ...asked
      ) {
        find.apply(this, asked);
        counts.add(this.pieces.count);
      });
      onTestFinished(() => spy.mockRestore());
      for (let i = 0; i < 100; i++) stage.collector.idle();
      expect([...counts]).toEqual([1]);
    },
  );
});
