import { RECORD_BYTES } from '../record/record-descriptor.js';
import type { RecordBatch } from './record-batch.js';

/** Default size of a cursor's private buffer: 1024 records, 64 KiB, within a core's L2. */
export const DEFAULT_BATCH_RECORDS = 1024;

/** An empty batch with room for `records` records. */
export function createBatch(records: number = DEFAULT_BATCH_RECORDS): RecordBatch {
  const buffer = new ArrayBuffer(records * RECORD_BYTES);
  return {
    count: 0,
    firstSequence: 0,
    f64: new Float64Array(buffer),
    u32: new Uint32Array(buffer),
  };
}
