import type { MarkCounts, NameCounts, SpanOrigin } from '@hftmon/core';
import { MARKER_NAME_STATS, MARKER_STATS } from '../layout.js';
import { readU64At } from '../source/shared-memory.js';

const CLOCKS = ['monotonic', 'tsc', 'cntvct', 'monotonic'] as const;

/** Accounts of one area, in place: `struct hftmon_marker_stats`. */
export class MarkAccounts {
  readonly #words: Uint32Array;
  readonly #doubles: Float64Array;

  /** @param memory - of all areas */
  constructor(memory: Uint32Array, index: number) {
    const from = memory.byteOffset + index * MARKER_STATS.bytes;
    this.#words = new Uint32Array(memory.buffer, from, MARKER_STATS.bytes / 4);
    this.#doubles = new Float64Array(memory.buffer, from, MARKER_STATS.bytes / 8);
  }

  /** Number that the session gave to the area. */
  get origin(): number {
    return this.#at('origin');
  }

  get clock(): SpanOrigin['clock'] {
    return CLOCKS[this.#at('clock')] ?? 'monotonic';
  }

  get clockErrorNs(): number {
    return this.#doubles[MARKER_STATS.clockErrorNs / 8]!;
  }

  get counts(): MarkCounts {
    return {
      marks: this.#at('marks'),
      spans: this.#at('spans'),
      instants: this.#at('instants'),
      lost: this.#at('lost'),
      garbage: this.#at('garbage'),
      unmatchedEnds: this.#at('unmatchedEnds'),
      overlapping: this.#at('overlapping'),
      tooDeep: this.#at('tooDeep'),
      abandoned: this.#at('abandoned'),
      clockErrors: this.#at('clockErrors'),
      open: this.#at('open'),
      threads: this.#at('threads'),
      names: this.#at('names'),
      refusedNames: this.#at('refusedNames'),
      refusedThreads: this.#at('refusedThreads'),
      refusedMarks: this.#at('refusedMarks'),
    };
  }

  countsOf(name: number): NameCounts {
    const from = MARKER_STATS.ofName + name * MARKER_NAME_STATS.bytes;
    return {
      spans: readU64At(this.#words, from + MARKER_NAME_STATS.spans),
      open: Atomics.load(this.#words, (from + MARKER_NAME_STATS.open) / 4),
      errors: Atomics.load(this.#words, (from + MARKER_NAME_STATS.errors) / 4),
    };
  }

  #at(field: Exclude<keyof typeof MARKER_STATS, 'bytes'>): number {
    return readU64At(this.#words, MARKER_STATS[field]);
  }
}
