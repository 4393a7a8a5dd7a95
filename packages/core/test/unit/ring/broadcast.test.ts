import { describe, expect, it } from 'vitest';
import {
  BroadcastCursor,
  BroadcastWriter,
  HEAD_WORD,
  INTENT_WORD,
  RECORD_WORDS,
  RING_HEADER_BYTES,
  createRing,
  ringBytes,
  type RecordRing,
} from '../../../src/index.js';
import { between, seededRandom } from '../../support/random.js';
import { fillRecord, verifyRecord } from '../../support/sequence.js';

/** Writes records `from` … `from + count - 1` in one claim each. */
function write(writer: BroadcastWriter, from: number, count: number): void {
  for (let n = from; n < from + count; n++) {
    fillRecord(writer.u32, writer.f64, writer.claim(), n);
    writer.commit();
  }
}

/** Numbers of the records in the cursor's batch, each verified. */
function numbers({ batch }: BroadcastCursor): number[] {
  return Array.from({ length: batch.count }, (_, i) =>
    verifyRecord(batch.u32, batch.f64, i * RECORD_WORDS),
  );
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

describe('broadcast ring', () => {
  it('hands out what was written, in order', () => {
    const ring = createRing(8);
    const writer = new BroadcastWriter(ring);
    const cursor = new BroadcastCursor(ring);
    expect(cursor.poll()).toBe(0);
    write(writer, 0, 5);
    expect(cursor.lag).toBe(5);
    expect(cursor.poll()).toBe(5);
    expect(numbers(cursor)).toEqual([0, 1, 2, 3, 4]);
    expect(cursor.poll()).toBe(0);
    expect(cursor.lost).toBe(0);
  });

  it('begins where it is told', () => {
    const ring = createRing(8);
    const writer = new BroadcastWriter(ring);
    write(writer, 0, 11);
    const now = new BroadcastCursor(ring, { from: 'now' });
    const oldest = new BroadcastCursor(ring, { from: 'oldest' });
    expect(now.poll()).toBe(0);
    expect(oldest.poll()).toBe(8);
    expect(numbers(oldest)).toEqual(range(3, 11));
    expect(oldest.lost).toBe(0);
    expect(oldest.batch.firstSequence).toBe(3);
  });

  it('counts exactly what a lapped reader lost', () => {
    const ring = createRing(8);
    const writer = new BroadcastWriter(ring);
    const cursor = new BroadcastCursor(ring);
    write(writer, 0, 8 * 137 + 5);
    expect(cursor.lag).toBe(8 * 137 + 5);
    expect(cursor.poll()).toBe(8);
    expect(cursor.lostByLastPoll).toBe(8 * 136 + 5);
    expect(numbers(cursor)).toEqual(range(8 * 136 + 5, 8 * 137 + 5));
    expect(cursor.poll()).toBe(0);
    expect(cursor.lostByLastPoll).toBe(0);
    expect(cursor.lost).toBe(8 * 136 + 5);
  });

  it('discards records that a claim in progress may have overwritten', () => {
    const ring = createRing(8);
    const writer = new BroadcastWriter(ring);
    const cursor = new BroadcastCursor(ring);
    write(writer, 0, 8);
    // Claimed, zeroed, not committed: the slots of records 0 to 2 are no records any more.
    writer.claimMany(3);
    expect(cursor.poll()).toBe(5);
    expect(numbers(cursor)).toEqual([3, 4, 5, 6, 7]);
    expect(cursor.batch.firstSequence).toBe(3);
    expect(cursor.lost).toBe(3);
  });

  it('goes on discarding what an abandoned claim zeroed', () => {
    const ring = createRing(8);
    const writer = new BroadcastWriter(ring);
    const cursor = new BroadcastCursor(ring, { from: 'oldest' });
    write(writer, 0, 8);
    writer.claimMany(4);
    write(writer, 8, 1);
    cursor.poll();
    expect(numbers(cursor)).toEqual([4, 5, 6, 7, 8]);
    expect(cursor.lost).toBe(4);
  });

  it('does so across the wrap of the indices too', () => {
    const ring = createRing(8, { firstSequence: 2 ** 31 - 9 });
    const writer = new BroadcastWriter(ring);
    const cursor = new BroadcastCursor(ring, { from: 'oldest' });
    write(writer, 0, 8);
    writer.claimMany(4);
    write(writer, 8, 1);
    cursor.poll();
    expect(numbers(cursor)).toEqual([4, 5, 6, 7, 8]);
  });

  it('hands out claimed records zeroed, across the end of its memory', () => {
    const writer = new BroadcastWriter(createRing(8));
    write(writer, 0, 13);
    writer.claimMany(6);
    for (let i = 0; i < 6; i++) {
      const base = writer.wordAt(i);
      expect([...writer.u32.subarray(base, base + RECORD_WORDS)]).toEqual(Array(16).fill(0));
    }
    const base = writer.claim();
    expect([...writer.u32.subarray(base, base + RECORD_WORDS)]).toEqual(Array(16).fill(0));
  });

  it('counts the loss of a reader that is more than 2^31 records behind', () => {
    const ring = createRing(8);
    const cursor = new BroadcastCursor(ring);
    const header = new Uint32Array(ring.buffer, 0, RING_HEADER_BYTES / 4);
    header[HEAD_WORD] = header[INTENT_WORD] = 2 ** 31 + 100;
    expect(cursor.lag).toBe(2 ** 31 + 100);
    expect(cursor.poll()).toBe(8);
    expect(cursor.lost).toBe(2 ** 31 + 92);
  });

  it('hands out nothing when the writer has claimed the whole ring, and recovers', () => {
    const ring = createRing(8);
    const writer = new BroadcastWriter(ring);
    const cursor = new BroadcastCursor(ring);
    write(writer, 0, 8);
    writer.claimMany(8);
    expect(cursor.poll()).toBe(0);
    expect(cursor.lost).toBe(8);
    for (let i = 0; i < 8; i++) fillRecord(writer.u32, writer.f64, writer.wordAt(i), 8 + i);
    writer.commit();
    expect(cursor.poll()).toBe(8);
    expect(numbers(cursor)).toEqual(range(8, 16));
  });

  it('discards every record below the intent found after the copy', () => {
    const ring = createRing(8);
    const writer = new BroadcastWriter(ring);
    const cursor = new BroadcastCursor(ring);
    write(writer, 0, 4);
    const header = new Int32Array(ring.buffer, 0, RING_HEADER_BYTES / 4);
    for (let intent = 4; intent <= 8; intent++) {
      header[INTENT_WORD] = intent;
      expect(new BroadcastCursor(ring, { from: 'oldest' }).poll()).toBe(4);
    }
    header[INTENT_WORD] = 11;
    expect(cursor.lag).toBe(4);
    const reader = new BroadcastCursor(ring, { from: 'oldest' });
    expect(reader.poll()).toBe(1);
    expect(numbers(reader)).toEqual([3]);
    expect(reader.lost).toBe(3);
  });

  it.each([2 ** 32 - 1, 2 ** 32 - 7, 2 ** 32 - 64, 2 ** 31 - 3, 2 ** 31])(
    'survives the wrap of its indices from %i',
    (firstSequence) => {
      const ring = createRing(16, { firstSequence });
      const writer = new BroadcastWriter(ring);
      const cursor = new BroadcastCursor(ring, { from: 'oldest', batchRecords: 5 });
      const seen: number[] = [];
      for (let n = 0; n < 400; n += 10) {
        write(writer, n, 10);
        while (cursor.poll() > 0) {
          expect(cursor.batch.firstSequence).toBe((firstSequence + seen.length) % 2 ** 32);
          seen.push(...numbers(cursor));
        }
        const held = new BroadcastCursor(ring, { from: 'oldest' });
        expect(held.poll()).toBe(Math.min(16, n + 10));
        expect(numbers(held)[0]).toBe(Math.max(0, n + 10 - 16));
      }
      expect(seen).toEqual(range(0, 400));
      expect(cursor.lost).toBe(0);
    },
  );

  it('finds the oldest record when the indices wrapped and the ring was never filled', () => {
    for (let written = 0; written <= 4; written++) {
      const ring = createRing(8, { firstSequence: 2 ** 32 - 2 });
      write(new BroadcastWriter(ring), 0, written);
      const cursor = new BroadcastCursor(ring, { from: 'oldest' });
      expect(cursor.poll()).toBe(written);
      expect(cursor.lost).toBe(0);
    }
  });

  it('takes no slot that was never written for sequence 2^32 - 1', () => {
    const ring = createRing(8);
    write(new BroadcastWriter(ring), 0, 3);
    const cursor = new BroadcastCursor(ring, { from: 'oldest' });
    expect(cursor.position).toBe(0);
    expect(cursor.poll()).toBe(3);
  });

  it.each([1, 2, 3, 4, 5])('agrees with a model over 100+ laps (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const capacity = 2 ** between(random, 1, 9);
    const firstSequence = (2 ** 32 - between(random, 0, capacity * 150)) >>> 0;
    const ring = createRing(capacity, { firstSequence });
    const writer = new BroadcastWriter(ring);
    const batchRecords = between(random, 1, capacity);
    const cursor = new BroadcastCursor(ring, { batchRecords });
    let written = 0;
    let next = 0;
    let lost = 0;
    while (written < capacity * 110) {
      const count = between(random, 1, Math.min(capacity, 40));
      writer.claimMany(count);
      for (let i = 0; i < count; i++) {
        fillRecord(writer.u32, writer.f64, writer.wordAt(i), written + i);
      }
      writer.commit();
      written += count;
      for (let polls = between(random, 0, 3); polls > 0; polls--) {
        const skipped = Math.max(0, written - capacity - next);
        lost += skipped;
        next += skipped;
        const expected = Math.min(written - next, batchRecords);
        expect(cursor.poll()).toBe(expected);
        expect(numbers(cursor)).toEqual(range(next, next + expected));
        next += expected;
        expect(cursor.lost).toBe(lost);
      }
    }
  });

  it('writes nothing outside its memory', () => {
    const capacity = 16;
    const bytes = ringBytes(capacity);
    const source = createRing(capacity);
    const buffer = new ArrayBuffer(bytes + 256);
    const all = new Uint8Array(buffer).fill(0xa5);
    all.set(new Uint8Array(source.buffer), 128);
    const ring: RecordRing = { buffer, byteOffset: 128, capacity };
    const writer = new BroadcastWriter(ring);
    const cursor = new BroadcastCursor(ring);
    for (let n = 0; n < capacity * 100; n += 7) {
      write(writer, n, 7);
      cursor.poll();
    }
    expect(new Set(all.subarray(0, 128))).toEqual(new Set([0xa5]));
    expect(new Set(all.subarray(128 + bytes))).toEqual(new Set([0xa5]));
  });

  it('keeps every bit of the payload, NaN patterns too', () => {
    const ring = createRing(128);
    const writer = new BroadcastWriter(ring);
    const cursor = new BroadcastCursor(ring);
    for (let n = 0; n < 100; n++) {
      const base = writer.claim();
      // Signalling NaNs, in every pair of words that a copy by doubles would touch.
      for (let w = 6; w < 15; w++) writer.u32[base + w] = w % 2 === 0 ? n + 1 : 0x7ff40000;
      writer.commit();
    }
    expect(cursor.poll()).toBe(100);
    for (let n = 0; n < 100; n++) {
      const words = [...cursor.batch.u32.subarray(n * RECORD_WORDS + 6, n * RECORD_WORDS + 15)];
      expect(words).toEqual(
        [6, 7, 8, 9, 10, 11, 12, 13, 14].map((w) => (w % 2 ? 0x7ff40000 : n + 1)),
      );
    }
  });

  it('does nothing when a commit follows no claim', () => {
    const ring = createRing(4);
    const writer = new BroadcastWriter(ring);
    writer.commit();
    expect(new BroadcastCursor(ring, { from: 'oldest' }).lag).toBe(0);
  });

  it('stores the intent before the records and the head after them', () => {
    const ring = createRing(8);
    const header = new Uint32Array(ring.buffer, 0, RING_HEADER_BYTES / 4);
    const writer = new BroadcastWriter(ring);
    const base = writer.claim();
    expect([header[INTENT_WORD], header[32]]).toEqual([1, 0]);
    expect(writer.u32[base + 15]).toBe(0);
    writer.commit();
    expect([header[INTENT_WORD], header[32]]).toEqual([1, 1]);
    expect(writer.u32[base + 15]).toBe(1);
  });
});
