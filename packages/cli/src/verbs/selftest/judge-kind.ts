import { spikeToJson, type LatencySpike } from '@hftmon/monitor';
import type { Deed, Injection } from './deed.js';
import type { GapLog } from './gap-log.js';
import type { Kind } from './kinds.js';
import { matchInjection, type Match } from './match.js';
import { durationTolerance } from './tolerance.js';

/** Spike against the target's own gap, ns. */
export interface DurationErrors {
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly maxNs: number;
}

/** What became of one kind of disturbance. */
export interface KindResult {
  readonly id: string;
  readonly title: string;
  readonly cause: string;
  /** Why it was not done here. */
  readonly skipped?: string;
  readonly injected: number;
  /** Tries in which something else happened, by the kernel's books; not among the injected. */
  readonly voided: number;
  readonly detected: number;
  /** Those whose receipt names the cause, with the evidence. */
  readonly named: number;
  /** Those of them where something else took longer, but the time of the cause is right. */
  readonly namedByFit: number;
  /** Those whose duration is within 2 us or 2 %, and that begin with the timer that ended a sleep. */
  readonly inTime: number;
  /** Absent when none was detected. */
  readonly durationErrors?: DurationErrors;
  /** The first injections that were missed, misnamed or misjudged. */
  readonly faults: readonly Fault[];
}

/** An injection that hftmon was wrong about. */
export interface Fault {
  readonly fault: 'not_detected' | 'not_named' | 'duration';
  /** What the injector knows of it. */
  readonly injection: Injection;
  /** From the start of the first to the end of the last of the target's own gaps, ns. */
  readonly gapNs: number;
  /** In the form of `hftmon spikes --json`. */
  readonly spikes: readonly unknown[];
}

const KEPT_FAULTS = 5;

/** @param spikes - of the target, in the order of time */
export function judgeKind(
  kind: Kind,
  deed: Deed,
  spikes: readonly LatencySpike[],
  gaps: GapLog,
): KindResult {
  const matches = deed.injections.map((each) => matchInjection(kind, deed, each, spikes, gaps));
  const detected = matches.filter(isDetected);
  const named = matches.filter((match) => match.named !== undefined);
  const errors = detected.map(({ errorNs }) => errorNs!).sort((a, b) => a - b);
  const faults = matches.flatMap((match) => faultOf(match) ?? []);
  return {
    ...describe(kind),
    injected: matches.length,
    voided: deed.voided,
    detected: detected.length,
    named: named.length,
    namedByFit: named.filter((match) => match.named === 'fit').length,
    inTime: detected.filter(isInTime).length,
    ...(errors.length === 0 ? {} : { durationErrors: summarize(errors) }),
    faults: faults.slice(0, KEPT_FAULTS),
  };
}

/** Of a kind that could not be injected here. */
export function skippedKind(kind: Kind, reason: string): KindResult {
  const none = { injected: 0, voided: 0, detected: 0, named: 0, namedByFit: 0, inTime: 0 };
  return { ...describe(kind), skipped: reason, ...none, faults: [] };
}

function describe({ id, title, cause }: Kind) {
  return { id, title, cause };
}

function isDetected({ spikes }: Match): boolean {
  return spikes.length > 0;
}

function isInTime({ errorNs, dueErrorNs = 0, gapNs }: Match): boolean {
  return errorNs! <= durationTolerance(gapNs) && dueErrorNs <= durationTolerance(0);
}

function summarize(sorted: readonly number[]): DurationErrors {
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1]!;
  return { p50Ns: at(0.5), p99Ns: at(0.99), maxNs: at(1) };
}

function faultOf(match: Match): Fault | undefined {
  const fault = !isDetected(match)
    ? 'not_detected'
    : match.named === undefined
      ? 'not_named'
      : isInTime(match)
        ? undefined
        : 'duration';
  if (fault === undefined) return undefined;
  return {
    fault,
    injection: match.injection,
    gapNs: match.gapNs,
    spikes: match.spikes.map(spikeToJson),
  };
}
