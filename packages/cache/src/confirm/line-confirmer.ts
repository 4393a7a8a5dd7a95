import { isMonitorError, reasonOf } from '@hftmon/core';
import { WatchpointSet } from '@hftmon/perf-native';
import { weightOf, type LineUse, type SharingVerdict } from '../sharing/classify.js';
import { ConfirmationEvidence, type Confirmation } from './confirmation.js';
import { planWatches, type PlannedWatch } from './watch-plan.js';

/** A line that is suspected. */
export interface Suspect {
  readonly pid: number;
  /** Address of the line. */
  readonly address: number;
  readonly uses: readonly LineUse[];
}

/** What is known of a suspect from watching it. */
export interface Outcome {
  /** Proven by hits. */
  readonly verdict?: SharingVerdict;
  /** Why it is not proven. */
  readonly reason?: string;
  readonly evidence?: Confirmation;
}

export interface ConfirmerOptions {
  /** Hits after which the kernel takes a watchpoint away, 1 to 400. */
  readonly hits: number;
  readonly epochNs: bigint;
}

/** How long watchpoints stay, unless their hits are used up before. */
const WATCH_NS = 50e6;
/** Between two rounds nothing is watched for so long. */
const PAUSE_NS = 250e6;
const MOST_ROUNDS = 8;
/** Before, too little is known of which bytes the threads use. */
const FEWEST_SAMPLES = 50;
/** Lines that are remembered. */
const MOST_LINES = 256;

interface Round {
  readonly line: string;
  readonly planned: readonly PlannedWatch[];
  readonly set: WatchpointSet;
  readonly endNs: number;
}

interface Progress {
  readonly evidence: ConfirmationEvidence;
  /** Why it cannot be watched any more. */
  failure: string | undefined;
}

/**
 * Proves sharing with hardware watchpoints: one line at a time, a round of some tens of ms, then a
 * pause. Each watchpoint is armed for a few hits and taken away by the kernel after them, so what a
 * round costs the target is bounded by hits, not by time.
 */
export class LineConfirmer {
  readonly #options: ConfirmerOptions;
  readonly #lines = new Map<string, Progress>();
  #round: Round | undefined;
  #nextNs = 0;

  constructor(options: ConfirmerOptions) {
    this.#options = options;
  }

  /** Ends a round whose time is over, and begins the next one. Call it every now and then. */
  step(nowNs: number, suspects: () => readonly Suspect[]): void {
    if (this.#round !== undefined) {
      if (nowNs < this.#round.endNs) return;
      this.#end(this.#round);
      this.#nextNs = nowNs + PAUSE_NS;
    }
    if (nowNs < this.#nextNs) return;
    const suspect = this.#next(suspects());
    if (suspect === undefined) this.#nextNs = nowNs + PAUSE_NS;
    else this.#begin(suspect, nowNs);
  }

  /** What is known of a line; `undefined` when its turn has not come. */
  outcome(suspect: Suspect): Outcome | undefined {
    const progress = this.#lines.get(keyOf(suspect));
    if (progress === undefined) return undefined;
    const known = judge(progress, suspect);
    return progress.evidence.rounds === 0
      ? known
      : { ...known, evidence: progress.evidence.result() };
  }

  /** Takes all watchpoints away. Idempotent. */
  close(): void {
    this.#round?.set.close();
    this.#round = undefined;
  }

  /** The one that was watched least. */
  #next(suspects: readonly Suspect[]): Suspect | undefined {
    const rounds = (suspect: Suspect): number =>
      this.#lines.get(keyOf(suspect))?.evidence.rounds ?? 0;
    const [next] = suspects
      .filter((suspect) => this.#isOpen(suspect))
      .sort((a, b) => rounds(a) - rounds(b));
    return next;
  }

  #isOpen(suspect: Suspect): boolean {
    const progress = this.#lines.get(keyOf(suspect));
    if (progress === undefined) {
      return this.#lines.size < MOST_LINES && weightOf(suspect.uses) >= FEWEST_SAMPLES;
    }
    return !isExhausted(progress) && judge(progress, suspect).verdict === undefined;
  }

  #begin(suspect: Suspect, nowNs: number): void {
    const line = keyOf(suspect);
    const progress = this.#lines.get(line) ?? newProgress();
    this.#lines.set(line, progress);
    const planned = planWatches(suspect.address, suspect.uses);
    const set = WatchpointSet.open(planned, this.#options.epochNs);
    const refusal = set.refused[0]?.refusal;
    if (refusal !== undefined) {
      // What some watchpoints do not see cannot be told from what does not happen.
      set.close();
      progress.failure = refusal.reason;
      this.#nextNs = nowNs + PAUSE_NS;
      return;
    }
    const round = { line, planned, set, endNs: nowNs + WATCH_NS };
    if (this.#guard(round, progress, () => set.arm(this.#options.hits))) this.#round = round;
  }

  #end(round: Round): void {
    this.#round = undefined;
    const { planned, set } = round;
    const progress = this.#lines.get(round.line) as Progress;
    this.#guard(round, progress, () => {
      set.disarm();
      progress.evidence.add(planned, set.hits());
    });
    set.close();
  }

  /** A thread may end at any time; then the line stays unproven, with that reason. */
  #guard({ set }: Round, progress: Progress, use: () => void): boolean {
    try {
      use();
      return true;
    } catch (error) {
      set.close();
      if (!isMonitorError(error)) throw error;
      progress.failure = reasonOf(error);
      return false;
    }
  }
}

/** What the hits say, as long as they are of all bytes that are known to be used. */
function judge(progress: Progress, { address, uses }: Suspect): Outcome {
  const { evidence, failure } = progress;
  const verdict = evidence.verdict();
  const isWhole = evidence.covers(planWatches(address, uses));
  if (verdict !== undefined && isWhole) return { verdict };
  if (failure !== undefined) return { reason: failure };
  if (!isExhausted(progress)) return { reason: 'watching it has only begun' };
  if (isWhole) return { reason: 'watchpoints saw no two threads use the line at the same time' };
  return { reason: 'its threads use more bytes than could be watched' };
}

function isExhausted({ evidence, failure }: Progress): boolean {
  return failure !== undefined || evidence.rounds >= MOST_ROUNDS;
}

function newProgress(): Progress {
  return { evidence: new ConfirmationEvidence(), failure: undefined };
}

function keyOf({ pid, address }: Pick<Suspect, 'pid' | 'address'>): string {
  return `${pid}:${address}`;
}
