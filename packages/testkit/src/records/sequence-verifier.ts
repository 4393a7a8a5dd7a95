import { RECORD_WORDS, type RecordBatch } from '@hftmon/core';
import { isWholeRecord, sequenceNumberOf } from './sequence-record.js';

/** Most complaints kept; more are only counted. */
const MAX_ERRORS = 10;

/**
 * Checks that records written by `writeSequenceRecord` arrive whole and in order. Gaps are counted
 * as lost, to be compared with what the reader says it lost.
 */
export class SequenceVerifier {
  /** Records seen. */
  seen = 0;
  /** Records skipped between those seen. */
  lost = 0;
  /** Records that were torn, doubled or out of order. */
  wrong = 0;
  /** What was wrong with the first of them. */
  readonly errors: string[] = [];
  #next: number;

  /** @param first - number of the first record that may come */
  constructor(first = 0) {
    this.#next = first;
  }

  /** Number of the next record if none is lost. */
  get next(): number {
    return this.#next;
  }

  /** Checks all records of a batch. Does not allocate while all is well. */
  check(batch: RecordBatch): void {
    for (let i = 0; i < batch.count; i++) {
      const base = i * RECORD_WORDS;
      const n = sequenceNumberOf(batch.u32, base);
      this.seen++;
      if (!isWholeRecord(batch.u32, batch.f64, base, n)) this.#complain(n, 'is torn');
      else if (n < this.#next) this.#complain(n, `came after ${this.#next - 1}`);
      else {
        this.lost += n - this.#next;
        this.#next = n + 1;
      }
    }
  }

  /** @throws when anything was wrong */
  assertGood(): void {
    if (this.wrong > 0) {
      throw new Error(`${this.wrong} bad records of ${this.seen}: ${this.errors.join('; ')}`);
    }
  }

  #complain(n: number, what: string): void {
    this.wrong++;
    if (this.errors.length < MAX_ERRORS) this.errors.push(`record ${n} ${what}`);
  }
}
