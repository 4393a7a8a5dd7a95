import { describe, expect, it } from 'vitest';
import { chooseKinds } from '../../src/verbs/selftest/choose-kinds.js';
import { GapLog } from '../../src/verbs/selftest/gap-log.js';
import type { KindResult } from '../../src/verbs/selftest/judge-kind.js';
import { judgeSpikes, type SpikeChecks } from '../../src/verbs/selftest/judge-spikes.js';
import { judgeReceipts, judgeTruth } from '../../src/verbs/selftest/verdict.js';
import { preemption, spikeOf, stolen, tick } from '../support/spike.js';

const MS = 1_000_000;
const at = (ms: number): number => 5_000_000_000 + ms * MS;
const own = { gaps: new GapLog([at(0), at(3)]), naps: new GapLog([at(10), at(12)]) };

describe('every spike of the target', () => {
  it('is a false alarm when its clock did not stand still', () => {
    const seen = spikeOf([preemption(3 * MS)]);
    const unseen = spikeOf([preemption(3 * MS)], { id: 2, monotonicNs: at(5) });
    const asleep = spikeOf([tick(30_000)], { id: 3, monotonicNs: at(11) });
    expect(judgeSpikes([seen, unseen, asleep], own)).toMatchObject({
      spikes: 3,
      falseAlarms: 1,
      examples: [unseen],
    });
  });

  it('is none when its clock stood still where the stolen time can have been', () => {
    const steal = (windowNs: number) => spikeOf([stolen(MS, windowNs)], { monotonicNs: at(5) });
    expect(judgeSpikes([steal(5 * MS)], own).falseAlarms).toBe(0);
    expect(judgeSpikes([steal(2 * MS)], own).falseAlarms).toBe(1);
  });

  it('needs a cause for most of it', () => {
    const details = { betweenNs: 0, notRuledOut: [] };
    const nothing = { cause: 'unexplained', causeClass: 'unknown', ns: 2 * MS, details } as const;
    const receipt = { durationNs: 3 * MS, parts: [nothing, tick(MS)], unexplainedNs: 2 * MS };
    const spike = spikeOf([nothing, tick(MS)], { receipt });
    expect(judgeSpikes([spike], own).withoutCause).toBe(1);
    const between = { ...nothing, details: { ...details, betweenNs: 2 * MS } };
    const storm = { ...spike, receipt: { ...receipt, parts: [between, tick(MS)] } };
    expect(judgeSpikes([storm], own).withoutCause).toBe(0);
  });

  it('has parts that sum to it', () => {
    const off = (ns: number) =>
      judgeSpikes([spikeOf([preemption(3 * MS)], { durationNs: 3 * MS + ns })], own);
    expect(off(60_000)).toMatchObject({ wrongSums: 0, largestSumErrorNs: 60_000 });
    expect(off(70_000)).toMatchObject({ wrongSums: 1 });
    expect(judgeReceipts(off(70_000)).pass).toBe(false);
  });
});

const clean: SpikeChecks = {
  spikes: 1000,
  falseAlarms: 0,
  withoutCause: 0,
  wrongSums: 0,
  largestSumErrorNs: 0,
  incomplete: 0,
  examples: [],
};

function result(cause: string, changes: Partial<KindResult> = {}): KindResult {
  const counts = {
    injected: 100,
    voided: 0,
    detected: 100,
    named: 100,
    namedByFit: 0,
    inTime: 100,
  };
  return { id: cause, title: cause, cause, ...counts, faults: [], ...changes };
}

describe('the verdict', () => {
  const demands = { causes: 2, injections: 200 };
  const both = (changes: Partial<KindResult>) => [result('preemption'), result('ipi', changes)];
  const failing = (kinds: readonly KindResult[], checks = clean) =>
    judgeTruth(kinds, checks, demands)
      .criteria.filter(({ pass }) => !pass)
      .map(({ name }) => name);

  it('holds within its limits', () => {
    expect(failing(both({ detected: 98, named: 96, inTime: 97 }))).toEqual([]);
  });

  it('names what does not hold', () => {
    expect(failing(both({ detected: 97, named: 97, inTime: 97 }))).toEqual(['detected']);
    expect(failing(both({ named: 95 }))).toEqual(['causes_right']);
    expect(failing(both({ inTime: 97 }))).toEqual(['durations_right']);
    expect(failing(both({}), { ...clean, falseAlarms: 1 })).toEqual(['false_alarms']);
    expect(failing(both({}), { ...clean, withoutCause: 1 })).toEqual(['spikes_without_cause']);
  });

  it('counts causes, not ways to bring them about, and nothing that was left out', () => {
    const skipped = { injected: 0, detected: 0, named: 0, inTime: 0, skipped: 'no disk' };
    expect(failing([result('ipi'), result('ipi')])).toEqual(['causes']);
    expect(failing(both(skipped))).toEqual(['causes', 'injections']);
  });

  it('gives no shares of nothing', () => {
    const told = (...kinds: KindResult[]) =>
      judgeTruth(kinds, clean, { causes: 0, injections: 0 }).criteria.map(({ name }) => name);
    const others = ['false_alarms', 'spikes_without_cause'];
    expect(told()).toEqual(['causes', 'injections', ...others]);
    const missed = result('ipi', { detected: 0, named: 0, inTime: 0 });
    expect(told(missed)).toEqual(['causes', 'injections', 'detected', 'causes_right', ...others]);
  });
});

it('chooses by kind and by cause', () => {
  expect(chooseKinds(['ipi', 'sigstop']).map(({ id }) => id)).toEqual([
    'sigstop',
    'tlb-shootdown',
    'reschedule',
  ]);
  expect(() => chooseKinds(['rain'])).toThrow(/"rain", which is nothing to inject.*choose from/);
});
