import { LogLinearHistogram } from '@hftmon/core';
import type { SlowSpan } from '../types/span.js';

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
  /** ns; Infinity without one. */
  readonly budgetNs: number;
  readonly durations = new LogLinearHistogram(SUB_BUCKET_BITS);
  instants = 0;
  overBudget = 0;
  readonly #slowest: SlowSpan[] = [];

  constructor(pid: number, origin: number, nameId: number, name: string, budgetNs: number) {
    this.pid = pid;
    this.origin = origin;
    this.nameId = nameId;
    this.name = name;
    this.budgetNs = budgetNs;
  }

  /** The slowest, in no order. */
  get slowest(): readonly SlowSpan[] {
    return this.#slowest;
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
