import { LogLinearHistogram } from '@hftmon/core';
import type { SlowSpan, SpanSourceName } from '../types/span.js';

/** Error below 3.2 %, 12 KiB: there may be a thousand names. */
const SUB_BUCKET_BITS = 5;
/** Slowest spans of a name whose receipts are kept. */
const SLOWEST = 5;

/** Spans of one name from one origin. */
export class SpanBook {
  readonly pid: number;
  readonly origin: number;
  readonly nameId: number;
  readonly name: string;
  readonly source: SpanSourceName;
  /** ns; Infinity without one. */
  readonly budgetNs: number;
  readonly durations = new LogLinearHistogram(SUB_BUCKET_BITS);
  instants = 0;
  overBudget = 0;
  readonly #slowest: SlowSpan[] = [];

  constructor(of: Pick<SpanBook, 'pid' | 'origin' | 'nameId' | 'name' | 'source' | 'budgetNs'>) {
    this.pid = of.pid;
    this.origin = of.origin;
    this.nameId = of.nameId;
    this.name = of.name;
    this.source = of.source;
    this.budgetNs = of.budgetNs;
  }

  /** The slowest, in no order. */
  get slowest(): readonly SlowSpan[] {
    return this.#slowest;
  }

  /** Puts what is known now in the place of a span, if that is kept. */
  replace(span: SlowSpan, now: SlowSpan): void {
    const at = this.#slowest.indexOf(span);
    if (at >= 0) this.#slowest[at] = now;
  }

  /** Is it one of the slowest so far? Hot path. */
  isSlow(durationNs: number): boolean {
    const slowest = this.#slowest;
    if (slowest.length < SLOWEST) return true;
    for (let i = 0; i < SLOWEST; i++) if (durationNs > slowest[i]!.durationNs) return true;
    return false;
  }

  /** Keeps it if it is one of the slowest. */
  keep(span: SlowSpan): void {
    const slowest = this.#slowest;
    if (slowest.length < SLOWEST) {
      slowest.push(span);
      return;
    }
    let fastest = 0;
    for (let i = 1; i < SLOWEST; i++) {
      if (slowest[i]!.durationNs < slowest[fastest]!.durationNs) fastest = i;
    }
    if (span.durationNs > slowest[fastest]!.durationNs) slowest[fastest] = span;
  }
}
