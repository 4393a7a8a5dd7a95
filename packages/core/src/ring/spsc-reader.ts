import { chunkViews, type ChunkViews } from './chunk-views.js';
import { copyRecords } from './copy-records.js';
import { DEFAULT_BATCH_RECORDS, createBatch } from './create-batch.js';
import type { RecordBatch } from './record-batch.js';
import type { RecordRing } from './record-ring.js';
import { HEAD_WORD, REFUSED_WORD, TAIL_WORD } from './ring-descriptor.js';
import { viewRing, type RingViews } from './ring-views.js';

/**
 * The one reader of an spsc ring. Nothing is ever lost between it and the writer; what the
 * writer could not place is `refused`. No allocation per read.
 */
export class SpscReader {
  /** What the last `poll` handed out; overwritten by the next one. */
  readonly batch: RecordBatch;
  readonly #views: RingViews;
  readonly #chunks: ChunkViews;
  readonly #batchRecords: number;
  readonly #tail = new Int32Array(1);

  /** @throws ConfigurationError `HFTMON_E_RING_INVALID` */
  constructor(ring: RecordRing, batchRecords: number = DEFAULT_BATCH_RECORDS) {
    this.#views = viewRing(ring);
    this.#chunks = chunkViews(this.#views);
    this.#batchRecords = Math.min(batchRecords, ring.capacity);
    this.batch = createBatch(this.#batchRecords);
    this.#tail[0] = Atomics.load(this.#views.header, TAIL_WORD);
  }

  /** Claims that the writer was refused because the ring was full, since the ring was made. */
  get refused(): number {
    const { header } = this.#views;
    let high: number;
    let low: number;
    do {
      high = Atomics.load(header, REFUSED_WORD + 1);
      low = Atomics.load(header, REFUSED_WORD) >>> 0;
    } while (high !== Atomics.load(header, REFUSED_WORD + 1));
    return (high >>> 0) * 2 ** 32 + low;
  }

  /** Published records that were not read yet. */
  get lag(): number {
    return (Atomics.load(this.#views.header, HEAD_WORD) - this.#tail[0]!) >>> 0;
  }

  /** Copies the next records into `batch` and gives their room back. @returns `batch.count` */
  poll(): number {
    const { header, u32, mask } = this.#views;
    const batch = this.batch;
    const tail = this.#tail[0]!;
    const count = Math.min((Atomics.load(header, HEAD_WORD) - tail) >>> 0, this.#batchRecords);
    batch.count = count;
    if (count === 0) return 0;
    copyRecords(u32, this.#chunks, mask, tail, count, batch.u32);
    batch.firstSequence = tail >>> 0;
    this.#tail[0] = tail + count;
    // A release store: the loads of the copy cannot fall behind it.
    Atomics.store(header, TAIL_WORD, this.#tail[0]!);
    return count;
  }
}
