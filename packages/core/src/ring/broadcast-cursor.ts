import { RECORD_WORDS } from '../record/record-descriptor.js';
import { chunkViews, type ChunkViews } from './chunk-views.js';
import { copyRecords } from './copy-records.js';
import { DEFAULT_BATCH_RECORDS, createBatch } from './create-batch.js';
import { oldestSequence } from './oldest-sequence.js';
import type { RecordBatch } from './record-batch.js';
import type { RecordRing } from './record-ring.js';
import { HEAD_WORD, INTENT_WORD } from './ring-descriptor.js';
import { viewRing, type RingViews } from './ring-views.js';

export interface CursorOptions {
  /** Where to begin: at the oldest record held, or behind the newest. Default `now`. */
  readonly from?: 'oldest' | 'now';
  /** Most records per batch. Default 1024. */
  readonly batchRecords?: number;
}

/** Tries per poll before a reader that is overtaken while it copies gives way. */
const MAX_TRIES = 4;

/**
 * A reader of a broadcast ring with its own position. It never slows the writer; when the writer
 * laps it, it learns exactly how many records it lost. Loss is no error. No allocation per read.
 *
 * Validation: the records are copied with plain loads, and only then is `intent` read. A record
 * with `sequence < intent - capacity` may have been overwritten meanwhile: it is discarded and
 * counted. Every other record is whole, because the writer raises `intent` before it touches the
 * slot. That needs two orders, which hold on x86-64 and on arm64:
 *
 * - writer: `intent` is visible before any new record byte (see {@link BroadcastWriter});
 * - reader: the copying loads are satisfied before the load of `intent`. JS has no fence, and a
 *   load-acquire does not hold back earlier loads. So an atomic read-modify-write on a private
 *   word stands between: its store part is a release, behind which no earlier load may fall, and
 *   the load of `intent` is an `ldar`, which arm64 orders after every earlier release store
 *   (`[L]; po; [A]`). V8 emits `ldaddal` or `ldaxr/stlxr`, then `ldar`. On x86-64 loads are not
 *   reordered with each other at all. V8 treats both Atomics calls as barriers to its own moves.
 *
 * If the reader saw a byte of a newer record, the writer's `intent` store came before that byte,
 * so the later load of `intent` sees it and the record is discarded.
 *
 * Sequence numbers are 32 bits: a reader that pauses for 2^32 records or more (7 minutes at
 * 10 M/s) would count its loss modulo 2^32.
 */
export class BroadcastCursor {
  /** What the last `poll` handed out; overwritten by the next one. */
  readonly batch: RecordBatch;
  readonly #views: RingViews;
  readonly #chunks: ChunkViews;
  readonly #batchRecords: number;
  /** [0] position, [1] word of the private read-modify-write. */
  readonly #state = new Int32Array(2);
  /** [0] lost in total, [1] lost during the last poll. Doubles in an array are never boxed. */
  readonly #lost = new Float64Array(2);

  /** @throws ConfigurationError `HFTMON_E_RING_INVALID` */
  constructor(ring: RecordRing, options: CursorOptions = {}) {
    this.#views = viewRing(ring);
    this.#chunks = chunkViews(this.#views);
    this.#batchRecords = Math.min(options.batchRecords ?? DEFAULT_BATCH_RECORDS, ring.capacity);
    this.batch = createBatch(this.#batchRecords);
    if (options.from === 'oldest') this.seekOldest();
    else this.seekNow();
  }

  /** Records lost since the cursor was made. */
  get lost(): number {
    return this.#lost[0]!;
  }

  /** Records lost during the last `poll`. */
  get lostByLastPoll(): number {
    return this.#lost[1]!;
  }

  /** Published records that were not read yet; more than the capacity means loss at next poll. */
  get lag(): number {
    return (Atomics.load(this.#views.header, HEAD_WORD) - this.#state[0]!) >>> 0;
  }

  /** Sequence number of the next record to read, free-running 32 bits. */
  get position(): number {
    return this.#state[0]! >>> 0;
  }

  /** Continues with the oldest record still held; what is skipped or repeated is not a loss. */
  seekOldest(): void {
    this.#state[0] = oldestSequence(this.#views);
  }

  /** Continues with the next record to be written. */
  seekNow(): void {
    this.#state[0] = Atomics.load(this.#views.header, HEAD_WORD);
  }

  /**
   * Continues with the record of that sequence number; what is skipped or repeated is not a loss.
   * One that is no longer held is lost with the next `poll`, as for every reader that is late.
   */
  seek(sequence: number): void {
    this.#state[0] = sequence;
  }

  /**
   * Copies the next records into `batch`.
   * @param limit - most records to take; default: as many as the batch holds
   * @returns `batch.count`; 0 when there is none, or when the writer overtook every try
   */
  poll(limit: number = this.#batchRecords): number {
    const { header, u32, mask, capacity } = this.#views;
    const state = this.#state;
    const batch = this.batch;
    batch.count = 0;
    this.#lost[1] = 0;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const head = Atomics.load(header, HEAD_WORD);
      let position = state[0]!;
      let available = (head - position) >>> 0;
      if (available === 0) return 0;
      if (available > capacity) {
        // Overtaken while copying: the oldest records are where the writer is, so keep off them.
        const margin = tries === 0 ? 0 : capacity >>> 2;
        position = this.#skip(position, available - capacity + margin);
        available = capacity - margin;
      }
      const count = Math.min(available, this.#batchRecords, limit);
      copyRecords(u32, this.#chunks, mask, position, count, batch.u32);
      Atomics.add(state, 1, 1);
      const stale = (Atomics.load(header, INTENT_WORD) - capacity - position) | 0;
      if (stale >= count) {
        this.#skip(position, stale);
        continue;
      }
      if (stale > 0) {
        position = this.#skip(position, stale);
        batch.u32.copyWithin(0, stale * RECORD_WORDS, count * RECORD_WORDS);
      }
      const valid = stale > 0 ? count - stale : count;
      batch.count = valid;
      batch.firstSequence = position >>> 0;
      state[0] = position + valid;
      return valid;
    }
    return 0;
  }

  #skip(position: number, records: number): number {
    const next = (position + records) | 0;
    this.#state[0] = next;
    this.#lost[0]! += records;
    this.#lost[1]! += records;
    return next;
  }
}
