import type { KindResult } from './judge-kind.js';
import type { SpikeChecks } from './judge-spikes.js';

/** Something that has to hold. */
export interface Criterion {
  readonly name: string;
  readonly value: number;
  /** At least that, or at most. */
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly pass: boolean;
}

/** Verdict on the truth of what hftmon told. */
export interface Verdict {
  readonly pass: boolean;
  readonly criteria: readonly Criterion[];
}

/** What is asked of a run. */
export interface Demands {
  /** Different causes and injections in all; 0 where that is up to the user. */
  readonly causes: number;
  readonly injections: number;
}

/** Detection, causes, durations, and no alarm for nothing. */
export function judgeTruth(
  kinds: readonly KindResult[],
  checks: SpikeChecks,
  demands: Demands,
): Verdict {
  const done = kinds.filter(({ injected }) => injected > 0);
  const sum = (of: (kind: KindResult) => number): number =>
    done.reduce((total, kind) => total + of(kind), 0);
  const injected = sum((kind) => kind.injected);
  const detected = sum((kind) => kind.detected);
  const named = sum((kind) => kind.named);
  const inTime = sum((kind) => kind.inTime);
  const found = done.filter(({ named }) => named > 0);
  return verdictOf([
    atLeast('causes', new Set(found.map(({ cause }) => cause)).size, demands.causes),
    atLeast('injections', injected, demands.injections),
    ...share('detected', detected, injected, 0.99),
    ...share('causes_right', named, injected, 0.98),
    ...share('durations_right', inTime, detected, 0.99),
    atMost('false_alarms', checks.falseAlarms, 0),
    atMost('spikes_without_cause', checks.withoutCause, 0),
  ]);
}

/** The receipts of all spikes. */
export function judgeReceipts({ wrongSums }: SpikeChecks): Verdict {
  return verdictOf([atMost('receipts_with_wrong_sum', wrongSums, 0)]);
}

function verdictOf(criteria: readonly Criterion[]): Verdict {
  return { pass: criteria.every(({ pass }) => pass), criteria };
}

function atLeast(name: string, value: number, limit: number): Criterion {
  return { name, value, atLeast: limit, pass: value >= limit };
}

function atMost(name: string, value: number, limit: number): Criterion {
  return { name, value, atMost: limit, pass: value <= limit };
}

/** Nothing to be wrong about is not wrong. */
/** Of nothing there is no share: nothing is said of it. */
function share(name: string, part: number, whole: number, least: number): Criterion[] {
  return whole === 0 ? [] : [atLeast(name, part / whole, least)];
}
