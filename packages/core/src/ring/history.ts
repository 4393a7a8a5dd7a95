import { RECORD_WORDS } from '../record/record-descriptor.js';
import { BroadcastCursor } from './broadcast-cursor.js';
import { BroadcastWriter } from './broadcast-writer.js';
import { createRing } from './create-ring.js';
import type { RecordBatch } from './record-batch.js';
import type { RecordQuery, ScanResult } from './record-query.js';
import type { RecordRing } from './record-ring.js';

/** Queries over the records that a broadcast ring still holds. */
export class History implements RecordQuery {
  #ring: RecordRing | undefined;

  constructor(ring: RecordRing) {
    this.#ring = ring;
  }

  /**
   * Visits the records held when it begins, oldest first, while the writer goes on. Records that
   * the writer overwrites before they are visited are counted as lost.
   * @returns `{ visited: 0, lost: 0 }` after `release`
   */
  scan(visit: (batch: RecordBatch) => void): ScanResult {
    if (this.#ring === undefined) return { visited: 0, lost: 0 };
    const cursor = new BroadcastCursor(this.#ring, { from: 'oldest' });
    let left = cursor.lag;
    let visited = 0;
    let lost = 0;
    while (left > 0) {
      const count = cursor.poll(left);
      // Records lost beyond those that were asked for are no loss of this scan.
      const missed = Math.min(cursor.lostByLastPoll, left);
      lost += missed;
      left -= missed;
      const taken = Math.min(count, left);
      if (taken > 0) {
        cursor.batch.count = taken;
        visited += taken;
        left -= taken;
        visit(cursor.batch);
      } else if (count === 0 && missed === 0) break;
    }
    return { visited, lost };
  }

  /**
   * Copies the records held into memory of its own, and lets go of the ring's: scans go on being
   * answered when its owner frees it. For a ring whose writer has stopped.
   */
  keep(): void {
    if (this.#ring === undefined) return;
    const held = new BroadcastCursor(this.#ring, { from: 'oldest' }).lag;
    const ring = createRing(2 ** Math.max(1, Math.ceil(Math.log2(held))));
    const writer = new BroadcastWriter(ring);
    this.scan(({ u32, count }) => {
      // The new ring has room for all, so that a claim never wraps.
      writer.u32.set(u32.subarray(0, count * RECORD_WORDS), writer.claimMany(count));
      writer.commit();
    });
    this.#ring = ring;
  }

  /** Lets go of the ring's memory before its owner frees it. */
  release(): void {
    this.#ring = undefined;
  }
}
