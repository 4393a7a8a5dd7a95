import { createError, type Refusal } from '@hftmon/core';
import { callFailure, toRefusal } from '../native/call-failure.js';
import { noCounter } from '../pmu/reasons.js';

const EBUSY = -16;
const EINVAL = -22;
const ENFILE = -23;
const EMFILE = -24;
const ENOSPC = -28;

/** Threads that could not be counted for one reason. */
export interface Uncounted {
  readonly refusal: Refusal;
  readonly threads: number;
}

/** Remembers which threads are not counted, and why, so that no total passes for the whole. */
export class UncountedThreads {
  readonly #resultOf = new Map<number, number>();
  readonly #refusals = new Map<number, Refusal>();
  readonly #maxThreads: number;

  constructor(maxThreads: number) {
    this.#maxThreads = maxThreads;
  }

  /** @param result - the negative errno; @param detail - message of the library */
  add(tid: number, result: number, detail: string): void {
    this.#resultOf.set(tid, result);
    if (!this.#refusals.has(result)) this.#refusals.set(result, this.#refusal(tid, result, detail));
  }

  has(tid: number): boolean {
    return this.#resultOf.has(tid);
  }

  delete(tid: number): void {
    this.#resultOf.delete(tid);
  }

  /** A thread that there may be room for when another one is let go of. */
  waiting(): number | undefined {
    for (const [tid, result] of this.#resultOf) {
      if (result === EMFILE || result === ENFILE || result === ENOSPC) return tid;
    }
    return undefined;
  }

  /** By reason, the most threads first; empty when all are counted. */
  list(): Uncounted[] {
    const threads = new Map<number, number>();
    for (const result of this.#resultOf.values()) {
      threads.set(result, (threads.get(result) ?? 0) + 1);
    }
    return [...threads]
      .map(([result, count]) => ({ refusal: this.#refusals.get(result)!, threads: count }))
      .sort((a, b) => b.threads - a.threads);
  }

  #refusal(tid: number, result: number, detail: string): Refusal {
    if (result === ENOSPC) {
      const code = 'HFTMON_E_TOO_MANY_THREADS';
      const limit = this.#maxThreads;
      const { remedy } = createError(code);
      return { ok: false, code, reason: `only ${limit} threads can be counted`, remedy };
    }
    // EINVAL of a sibling: the kernel found that the group can never be on the counters at once.
    if (result === EBUSY || result === EINVAL) return noCounter('the group of events', false);
    return toRefusal(callFailure(result, 'counting events of a thread', detail, tid));
  }
}
