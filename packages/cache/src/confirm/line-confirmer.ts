import { isMonitorError } from '@hftmon/core';
import { WatchpointSet } from '@hftmon/perf-native';
import type { LineUse, SharingVerdict } from '../sharing/classify.js';
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
const MOST_ROUNDS = 6;
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
  outcome: Outcome;
  isDone: boolean;
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
  outcome(pid: number, address: number): Outcome | undefined {
    const progress = this.#lines.get(lineKey(pid, address));
    if (progress === undefined) return undefined;
    if (progress.evidence.rounds === 0) return progress.outcome;
    return { ...progress.outcome, evidence: progress.evidence.result() };
  }

  /** Takes all watchpoints away. Idempotent. */
  close(): void {
    this.#round?.set.close();
    this.#round = undefined;
  }

  #next(suspects: readonly Suspect[]): Suspect | undefined {
    const open = suspects.filter(({ pid, address }) => {
      const progress = this.#lines.get(lineKey(pid, address));
      return progress === undefined ? this.#lines.size < MOST_LINES : !progress.isDone;
    });
    const rounds = ({ pid, address }: Suspect): number =>
      this.#lines.get(lineKey(pid, address))?.evidence.rounds ?? 0;
    return open.reduce<Suspect | undefined>(
      (best, suspect) => (best === undefined || rounds(suspect) < rounds(best) ? suspect : best),
      undefined,
    );
  }

  #begin(suspect: Suspect, nowNs: number): void {
    const line = lineKey(suspect.pid, suspect.address);
    const progress = this.#lines.get(line) ?? newProgress();
    this.#lines.set(line, progress);
    const planned = planWatches(suspect.address, suspect.uses);
    const set = WatchpointSet.open(planned, this.#options.epochNs);
    const refusal = set.refused[0]?.refusal;
    if (refusal !== undefined) {
      // What some watchpoints do not see cannot be told from what does not happen.
      set.close();
      giveUp(progress, refusal.reason);
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
    const isRead = this.#guard(round, progress, () => {
      set.disarm();
      progress.evidence.add(planned, set.hits());
    });
    set.close();
    if (!isRead) return;
    const verdict = progress.evidence.verdict();
    if (verdict !== undefined) {
      progress.outcome = { verdict };
      progress.isDone = true;
    } else if (progress.evidence.rounds >= MOST_ROUNDS) {
      giveUp(progress, NOT_SEEN);
    }
  }

  /** A thread may end at any time; then the line stays unproven, with that reason. */
  #guard({ set }: Round, progress: Progress, use: () => void): boolean {
    try {
      use();
      return true;
    } catch (error) {
      set.close();
      if (!isMonitorError(error)) throw error;
      giveUp(progress, error.message);
      return false;
    }
  }
}

const NOT_SEEN = 'watchpoints saw no two threads use the line at the same time';

function giveUp(progress: Progress, reason: string): void {
  progress.outcome = { reason };
  progress.isDone = true;
}

function newProgress(): Progress {
  return {
    evidence: new ConfirmationEvidence(),
    outcome: { reason: 'watching it has only begun' },
    isDone: false,
  };
}

function lineKey(pid: number, address: number): string {
  return `${pid}:${address}`;
}
