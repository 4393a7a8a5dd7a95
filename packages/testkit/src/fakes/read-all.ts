import { BroadcastCursor, type RecordBatch, type RecordRing } from '@hftmon/core';

/**
 * Visits everything that a ring holds, oldest first.
 * @returns number of records
 */
export function readAll(ring: RecordRing, visit: (batch: RecordBatch) => void): number {
  const cursor = new BroadcastCursor(ring, { from: 'oldest' });
  let records = 0;
  while (cursor.poll() > 0) {
    records += cursor.batch.count;
    visit(cursor.batch);
  }
  return records;
}
