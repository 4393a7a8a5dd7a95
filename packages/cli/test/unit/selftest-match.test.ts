import { describe, expect, it } from 'vitest';
import type { LatencySpike, ReceiptPart } from '@hftmon/monitor';
import { GapLog } from '../../src/verbs/selftest/gap-log.js';
import { judgeKind } from '../../src/verbs/selftest/judge-kind.js';
import { KINDS } from '../../src/verbs/selftest/kinds.js';
import {
  lateTimer,
  lateWakeup,
  preemption,
  queued,
  spikeOf,
  stolen,
  tick,
} from '../support/spike.js';

const MS = 1_000_000;
const at = (ms: number): number => 5_000_000_000 + ms * MS;
const kind = KINDS.find(({ id }) => id === 'preemption-realtime')!;
/** By the thread that `preemption` names, for 3 ms. */
const injection = { startNs: at(0), endNs: at(3), leastNs: 3 * MS, mostNs: 3 * MS };
const deed = { injections: [injection], voided: 2, by: 9 };
const gaps = new GapLog([at(0), at(3)]);

function judge(spikes: readonly LatencySpike[], log = gaps, by = 9) {
  return judgeKind(kind, { ...deed, by }, spikes, log);
}

describe('an injection', () => {
  it('is right when the spike has its time, its cause and its culprit', () => {
    expect(judge([spikeOf([preemption(3 * MS)])])).toMatchObject({
      injected: 1,
      voided: 2,
      detected: 1,
      named: 1,
      namedByFit: 0,
      inTime: 1,
      durationErrors: { p50Ns: 0, p99Ns: 0, maxNs: 0 },
      faults: [],
    });
  });

  it('is missed without a spike, and with one at another time', () => {
    const late = spikeOf([preemption(3 * MS)], { monotonicNs: at(4) });
    for (const spikes of [[], [late]]) {
      expect(judge(spikes)).toMatchObject({
        detected: 0,
        named: 0,
        inTime: 0,
        faults: [{ fault: 'not_detected', injection }],
      });
    }
  });

  it('is missed when spikes cover less than half of the gap', () => {
    expect(judge([spikeOf([preemption(1.4 * MS)])])).toMatchObject({ detected: 0 });
    expect(judge([spikeOf([preemption(1.6 * MS)])])).toMatchObject({ detected: 1, inTime: 0 });
  });

  it('is not named by another cause, or with another culprit', () => {
    expect(judge([spikeOf([tick(3 * MS)])])).toMatchObject({ detected: 1, named: 0 });
    expect(judge([spikeOf([preemption(3 * MS)])], gaps, 10)).toMatchObject({
      named: 0,
      faults: [{ fault: 'not_named' }],
    });
  });

  it('is named beside a larger part when its own time is what was measured', () => {
    const log = new GapLog([at(0), at(10)]);
    const beside = (ms: number) =>
      judge([spikeOf([tick((10 - ms) * MS), preemption(ms * MS)])], log);
    expect(beside(3)).toMatchObject({ named: 1, namedByFit: 1 });
    expect(beside(3.2)).toMatchObject({ named: 1, namedByFit: 1 });
    expect(beside(3.5)).toMatchObject({ named: 0 });
    expect(beside(2)).toMatchObject({ named: 0 });
  });

  it('has the wrong duration beyond 2 us and 2 %', () => {
    const error = (ns: number) => judge([spikeOf([preemption(3 * MS - ns)])]);
    expect(error(60_000)).toMatchObject({ inTime: 1, durationErrors: { maxNs: 60_000 } });
    expect(error(60_001)).toMatchObject({ inTime: 0, faults: [{ fault: 'duration' }] });
  });

  it('by a timer begins when that was due, to 2 us', () => {
    const byTimer = KINDS.find(({ id }) => id === 'late-timer')!;
    const begun = (lateNs: number, ...late: ReceiptPart[]) => {
      const spike = spikeOf([queued(2.9 * MS), ...late], { monotonicNs: at(0) + lateNs });
      return judgeKind(byTimer, deed, [spike], gaps);
    };
    expect(begun(2000, lateTimer(50_000))).toMatchObject({ named: 1, inTime: 1 });
    expect(begun(2001, lateTimer(50_000))).toMatchObject({
      named: 1,
      inTime: 0,
      faults: [{ fault: 'duration' }],
    });
    for (const untimed of [tick(50_000), lateWakeup(50_000)]) {
      expect(begun(30_000, untimed)).toMatchObject({ inTime: 1 });
    }
  });

  it('is compared with everything that hangs together in the clock', () => {
    const first = spikeOf([preemption(1 * MS)]);
    const second = spikeOf([preemption(1.96 * MS)], { monotonicNs: at(1.04) });
    expect(judge([first, second])).toMatchObject({ detected: 1, inTime: 1 });
    const storm = new GapLog([at(0), at(1), at(1.5), at(3)]);
    expect(judge([spikeOf([preemption(3 * MS)])], storm)).toMatchObject({ inTime: 1 });
  });

  it('may hold stolen time, of which nobody knows when it was', () => {
    const log = new GapLog([at(0), at(4)]);
    const steal = (ms: number, windowMs: number) =>
      spikeOf([stolen(ms * MS, windowMs * MS)], { id: 2, monotonicNs: at(5 - ms) });
    const beside = (spike: LatencySpike) => judge([spikeOf([preemption(3 * MS)]), spike], log);
    expect(beside(steal(1, 3))).toMatchObject({ detected: 1, inTime: 1 });
    expect(beside(steal(1, 1))).toMatchObject({ detected: 1, inTime: 0 });
    expect(judge([steal(4, 5)], log)).toMatchObject({ detected: 0 });
  });

  it('may have its own culprit', () => {
    const spikes = [spikeOf([preemption(3 * MS)])];
    const named = (by: number) =>
      judgeKind(kind, { ...deed, by: 10, injections: [{ ...injection, by }] }, spikes, gaps).named;
    expect(named(9)).toBe(1);
    expect(named(8)).toBe(0);
  });

  it('counts the time between interruptions as nobody’s', () => {
    const details = { betweenNs: 2 * MS, notRuledOut: [] };
    const between = (ns: number) =>
      ({ cause: 'unexplained', causeClass: 'unknown', ns, details }) as const;
    const named = (ns: number) => judge([spikeOf([between(ns), preemption(3 * MS - ns)])]).named;
    expect(named(2 * MS)).toBe(1);
    expect(named(2.9 * MS)).toBe(0);
  });
});

describe('the log of gaps', () => {
  it('finds those that overlap, at their full length', () => {
    const log = new GapLog([10, 20, 30, 40, 50, 60]);
    expect(log.count).toBe(3);
    expect(log.overlapping(15, 35)).toEqual({ startNs: 10, endNs: 40, insideNs: 10 });
    expect(log.overlapping(20, 30)).toBeUndefined();
    expect(log.overlapping(0, 10)).toBeUndefined();
    expect(log.overlapping(60, 99)).toBeUndefined();
    expect(log.overlapping(0, 99)).toEqual({ startNs: 10, endNs: 60, insideNs: 30 });
  });
});
