import type { LatencySpike, ReceiptPart } from '@hftmon/monitor';
import type { Deed, Injection } from './deed.js';
import type { GapLog } from './gap-log.js';
import type { Kind } from './kinds.js';
import { shareTolerance } from './tolerance.js';

/** Why a cause counts as named. */
export type NamedBy =
  /** It is the largest part of the receipt. */
  | 'largest'
  /** Something else took longer, but its own time is what the injector measured. */
  | 'fit';

/** What became of one injection. */
export interface Match {
  readonly injection: Injection;
  /** Spikes of the target that overlap it, in the order of time; none: it was not detected. */
  readonly spikes: readonly LatencySpike[];
  readonly named?: NamedBy;
  /** Duration of the spikes against the target's own gaps, ns; absent when it was not detected. */
  readonly errorNs?: number;
  /** Start of the spike against when the timer was due, ns; absent where no spike names a timer. */
  readonly dueErrorNs?: number;
  /** From the start of the first to the end of the last of those gaps, ns. */
  readonly gapNs: number;
}

/** An injection is detected when spikes cover at least that much of the target's gaps in it. */
const COVERED = 0.5;

/** Compares an injection with the spikes of the target, which are in the order of time. */
export function matchInjection(
  kind: Kind,
  deed: Deed,
  injection: Injection,
  spikes: readonly LatencySpike[],
  gaps: GapLog,
): Match {
  const { startNs, endNs, by } = injection;
  const placed = spikes.filter((spike) => !isStolenOnly(spike));
  const own = overlapping(placed, startNs, endNs);
  const seen = gaps.overlapping(startNs, endNs);
  const gapNs = seen === undefined ? 0 : seen.endNs - seen.startNs;
  const coveredNs = own.reduce((sum, spike) => sum + coveredBy(spike, injection, gaps), 0);
  if (own.length === 0 || coveredNs < COVERED * (seen?.insideNs ?? 0)) {
    return { injection, gapNs, spikes: [] };
  }
  const named = namedBy(kind, by === undefined ? deed : { ...deed, by }, injection, own);
  return {
    injection,
    spikes: own,
    ...(named === undefined ? {} : { named }),
    ...(kind.byTimer === true ? compareWithDue(own, startNs) : {}),
    ...compareDurations(longestWithin(own, injection), placed, spikes, gaps),
  };
}

/**
 * What the hypervisor took at a time that is not known: such a spike may have been anywhere in its
 * window.
 */
function isStolenOnly({ durationNs, receipt: { parts } }: LatencySpike): boolean {
  const [part] = parts;
  return part?.cause === 'steal' && part.ns === durationNs && part.details.windowNs > durationNs;
}

function overlapping(spikes: readonly LatencySpike[], startNs: number, endNs: number) {
  return spikes.filter((spike) => startOf(spike) < endNs && endOf(spike) > startNs);
}

function coveredBy(spike: LatencySpike, { startNs, endNs }: Injection, gaps: GapLog): number {
  const from = Math.max(startNs, startOf(spike));
  return gaps.overlapping(from, Math.min(endNs, endOf(spike)))?.insideNs ?? 0;
}

function longestWithin(spikes: readonly LatencySpike[], { startNs, endNs }: Injection) {
  const within = (spike: LatencySpike): number =>
    Math.min(endNs, endOf(spike)) - Math.max(startNs, startOf(spike));
  return spikes.reduce((best, spike) => (within(spike) > within(best) ? spike : best));
}

/**
 * A gap may hold two spikes, when the thread got its CPU back but not to its own code, and a spike
 * many gaps. So all that hang together are compared, from the first one's start to the last one's
 * end. Stolen time that may have been there counts if it makes the difference less.
 */
function compareDurations(
  spike: LatencySpike,
  placed: readonly LatencySpike[],
  spikes: readonly LatencySpike[],
  gaps: GapLog,
): { readonly errorNs: number; readonly gapNs: number } {
  let [startNs, endNs] = [startOf(spike), endOf(spike)];
  for (;;) {
    const seen = gaps.overlapping(startNs, endNs);
    if (seen === undefined) return { errorNs: endNs - startNs, gapNs: 0 };
    const all = overlapping(placed, seen.startNs, seen.endNs);
    const first = Math.min(startNs, ...all.map(startOf));
    const last = Math.max(endNs, ...all.map(endOf));
    const gapNs = seen.endNs - seen.startNs;
    if (first === startNs && last === endNs) {
      const toldNs = endNs - startNs;
      const stolenNs = stolenIn(spikes, seen.startNs, seen.endNs);
      const errorNs = Math.min(Math.abs(toldNs - gapNs), Math.abs(toldNs + stolenNs - gapNs));
      return { errorNs, gapNs };
    }
    [startNs, endNs] = [first, last];
  }
}

/** A timer is named where the kernel tells when it was due. */
function compareWithDue(spikes: readonly LatencySpike[], dueNs: number): { dueErrorNs?: number } {
  const timed = spikes.find(({ receipt }) =>
    receipt.parts.some((part) => part.cause === 'late_wakeup' && part.details.timer !== undefined),
  );
  return timed === undefined ? {} : { dueErrorNs: Math.abs(startOf(timed) - dueNs) };
}

/** Time that was stolen when nobody knows, but perhaps then. */
function stolenIn(spikes: readonly LatencySpike[], startNs: number, endNs: number): number {
  return spikes
    .filter(isStolenOnly)
    .filter((spike) => windowStartOf(spike) < endNs && endOf(spike) > startNs)
    .reduce((sum, { durationNs }) => sum + durationNs, 0);
}

function namedBy(
  { evidence, along }: Kind,
  deed: Deed,
  { leastNs, mostNs }: Injection,
  spikes: readonly LatencySpike[],
): NamedBy | undefined {
  let sumNs = 0;
  let isLargest = false;
  for (const { receipt } of spikes) {
    const partNs = timeOf(receipt.parts, (part) => evidence(part, deed) > 0);
    if (partNs === 0) continue;
    sumNs += receipt.parts.reduce((sum, part) => sum + evidence(part, deed), 0);
    const belongs = (part: ReceiptPart): boolean =>
      evidence(part, deed) > 0 || (along?.(part, deed) ?? 0) > 0;
    const ownNs = timeOf(receipt.parts, belongs);
    isLargest ||= receipt.parts.every((part) => belongs(part) || weight(part) <= ownNs);
  }
  if (isLargest) return 'largest';
  const fits =
    sumNs > 0 &&
    sumNs >= leastNs - shareTolerance(leastNs) &&
    sumNs <= mostNs + shareTolerance(mostNs);
  return fits && mostNs > 0 ? 'fit' : undefined;
}

function timeOf(parts: readonly ReceiptPart[], isWanted: (part: ReceiptPart) => boolean): number {
  return parts.filter(isWanted).reduce((sum, { ns }) => sum + ns, 0);
}

/** The time between two interruptions of a storm is the thread's own. */
function weight(part: ReceiptPart): number {
  return part.cause === 'unexplained' ? part.ns - part.details.betweenNs : part.ns;
}

export function startOf({ monotonicNs }: LatencySpike): number {
  return monotonicNs;
}

/** Since when what it tells can have happened. */
export function windowStartOf(spike: LatencySpike): number {
  const windows = spike.receipt.parts.map((part) =>
    part.cause === 'steal' ? part.details.windowNs : 0,
  );
  return Math.min(startOf(spike), endOf(spike) - Math.max(...windows));
}

export function endOf({ monotonicNs, durationNs }: LatencySpike): number {
  return monotonicNs + durationNs;
}
