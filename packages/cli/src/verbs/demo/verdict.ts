import type { InterruptInfo, LatencySpike } from '@hftmon/monitor';
import type { Disturbance, Injection } from './disturbances.js';

/** What became of one disturbance. */
export interface Verdict {
  readonly id: string;
  readonly title: string;
  readonly expected: readonly string[];
  /** Why it was not done here. */
  readonly skipped?: string;
  /** Why it may go unseen on a sound host. */
  readonly mayMiss?: string;
  readonly injected: number;
  /** Injections within which the thread had a spike. */
  readonly detected: number;
  /** Those whose spike's receipt names a right cause for a good part of it. */
  readonly causeRight: number;
  /** The spikes of the injections, each once. */
  readonly spikes: readonly LatencySpike[];
  /** The interrupts of the injections, where those are what shows it. */
  readonly interrupts: readonly InterruptInfo[];
}

/** Clocks are the same; only the moment between a disturbance and its note is not. */
const SLACK_NS = 50_000;
const GOOD_PART = 0.25;

/** Compares what was injected with the spikes of the run. */
export function judge(
  disturbance: Disturbance,
  injection: Injection,
  spikes: readonly LatencySpike[],
): Verdict {
  const { everyThread = false } = injection;
  const own = spikes.filter(({ tid }) => everyThread || tid === injection.tid);
  const matched = new Set<LatencySpike>();
  let detected = 0;
  let causeRight = 0;
  for (const [start, end] of injection.intervals) {
    const within = own.filter((spike) => overlaps(spike, start - SLACK_NS, end + SLACK_NS));
    const right = within.filter((spike) => names(spike, disturbance.expected));
    if (within.length > 0) detected++;
    if (right.length > 0) causeRight++;
    for (const spike of right) matched.add(spike);
  }
  const injected = injection.intervals.length;
  const counts = { injected, detected, causeRight };
  return { ...describe(disturbance), ...counts, spikes: [...matched], interrupts: [] };
}

/**
 * The same with interrupts that hit the thread.
 * @param toMonotonicNs - of a time of the session
 */
export function judgeInterrupts(
  disturbance: Disturbance,
  injection: Injection,
  interrupts: readonly InterruptInfo[],
  toMonotonicNs: (timestampNs: number) => number,
): Verdict {
  const own = interrupts.filter(({ interruptedTid }) => interruptedTid === injection.tid);
  const matched = new Set<InterruptInfo>();
  let detected = 0;
  let causeRight = 0;
  for (const [start, end] of injection.intervals) {
    const within = own.filter(({ timestampNs, durationUs }) => {
      const begin = toMonotonicNs(timestampNs);
      return begin < end + SLACK_NS && begin + durationUs * 1000 > start;
    });
    const right = within.filter(({ source }) => source === disturbance.interrupt);
    if (within.length > 0) detected++;
    if (right.length > 0) causeRight++;
    for (const interrupt of right) matched.add(interrupt);
  }
  const counts = { injected: injection.intervals.length, detected, causeRight };
  return { ...describe(disturbance), ...counts, spikes: [], interrupts: [...matched] };
}

/** Verdict of a disturbance that could not be done here. */
export function skipped(disturbance: Disturbance, reason: string): Verdict {
  const nothing = { injected: 0, detected: 0, causeRight: 0, spikes: [], interrupts: [] };
  return { ...describe(disturbance), skipped: reason, ...nothing };
}

/** Was it found as often as it was done, with the right cause? */
export function isMissed({ skipped, mayMiss, injected, causeRight }: Verdict): boolean {
  return skipped === undefined && mayMiss === undefined && injected > 0 && causeRight === 0;
}

function describe({ id, title, expected, mayMiss }: Disturbance) {
  return { id, title, expected, ...(mayMiss === undefined ? {} : { mayMiss }) };
}

/**
 * On a busy host other things happen at the same time and may take longer; but a cause that was
 * injected has to stand out.
 */
function names({ cause, receipt }: LatencySpike, expected: readonly string[]): boolean {
  if (expected.includes(cause)) return true;
  const parts = receipt.parts.filter((part) => expected.includes(part.cause));
  return parts.reduce((sum, { ns }) => sum + ns, 0) >= receipt.durationNs * GOOD_PART;
}

function overlaps(spike: LatencySpike, start: number, end: number): boolean {
  return spike.monotonicNs < end && spike.monotonicNs + spike.durationNs > start;
}
