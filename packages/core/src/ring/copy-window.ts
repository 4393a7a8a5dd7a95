import { durationAt, timestampAt } from '../record/fields.js';
import { BroadcastCursor } from './broadcast-cursor.js';
import { createBatch } from './create-batch.js';
import type { RecordBatch } from './record-batch.js';
import type { RecordRing } from './record-ring.js';

/** A stretch of the stream, copied out of a broadcast ring. */
export interface RecordWindow {
  /** The records, in the order of the stream; its memory belongs to the window. */
  readonly batch: RecordBatch;
  /** Records of the stretch that the writer overwrote while it was copied. */
  readonly lost: number;
  /** Records that the ring held when the copy began. */
  readonly held: number;
  /** Has the ring been full, so that what is older than its oldest record may have been there? */
  readonly wrapped: boolean;
  /** End of the oldest record that the ring held, ns since the epoch; `undefined` for none. */
  readonly oldestEndNs: number | undefined;
}

/** The last records of a window stand for it when there are more than can be had. */
export interface WindowBounds {
  /** Earliest end, ns since the session epoch. */
  readonly fromNs: number;
  /** Latest end. */
  readonly toNs: number;
  /** Most records; the newest ones are copied. Default: all. */
  readonly maxRecords?: number;
}

/**
 * Copies the records that ended in a time, while the writer goes on. Records stand in the order of
 * their ends, so both ends of the stretch are found by bisection, and the stretch is copied and
 * validated once, without an allocation per record.
 *
 * @throws ConfigurationError `HFTMON_E_RING_INVALID`
 */
export function copyWindow(ring: RecordRing, bounds: WindowBounds): RecordWindow {
  const probe = new BroadcastCursor(ring, { from: 'oldest', batchRecords: 1 });
  const oldest = probe.position;
  const held = Math.min(probe.lag, ring.capacity);
  const wrapped = held === ring.capacity;
  if (held === 0) {
    return { batch: createBatch(1), lost: 0, held, wrapped, oldestEndNs: undefined };
  }
  const endOf = (i: number): number => {
    probe.seek((oldest + i) >>> 0);
    if (probe.poll(1) === 0) return Infinity;
    const { f64 } = probe.batch;
    return timestampAt(f64, 0) + durationAt(f64, 0);
  };
  const oldestEndNs = endOf(0);
  const end = bisect(held, (i) => endOf(i) > bounds.toNs);
  const begin = Math.max(
    bisect(end, (i) => endOf(i) >= bounds.fromNs),
    end - (bounds.maxRecords ?? Infinity),
  );
  const copy = copyRange(ring, (oldest + begin) >>> 0, end - begin);
  return { ...copy, held, wrapped, oldestEndNs };
}

/** First of `count` places for which the condition holds, and then for all behind it. */
function bisect(count: number, holds: (i: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function copyRange(
  ring: RecordRing,
  first: number,
  wanted: number,
): { readonly batch: RecordBatch; readonly lost: number } {
  if (wanted === 0) return { batch: createBatch(1), lost: 0 };
  const cursor = new BroadcastCursor(ring, { batchRecords: wanted });
  cursor.seek(first);
  // Overtaken at every try: each of them moves the cursor on, so that it comes to an end.
  while (cursor.poll(wanted) === 0 && cursor.lostByLastPoll > 0 && cursor.lost < wanted);
  const { batch } = cursor;
  const lost = Math.min(cursor.lost, wanted);
  // A reader that was overtaken goes on behind the stretch.
  batch.count = Math.max(0, Math.min(batch.count, wanted - lost));
  return { batch, lost };
}
