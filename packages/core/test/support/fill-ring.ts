import { BroadcastWriter } from '../../src/ring/broadcast-writer.js';
import { createRing } from '../../src/ring/create-ring.js';
import type { RecordRing } from '../../src/ring/record-ring.js';
import { fillRecord } from './sequence.js';

/** A ring full of numbered records. */
export function fullRing(capacity: number): RecordRing {
  const ring = createRing(capacity, { firstSequence: 2 ** 31 });
  const writer = new BroadcastWriter(ring);
  for (let n = 0; n < capacity; n++) {
    fillRecord(writer.u32, writer.f64, writer.claim(), n);
    writer.commit();
  }
  return ring;
}
