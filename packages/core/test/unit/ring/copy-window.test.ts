import { describe, expect, it } from 'vitest';
import {
  BroadcastWriter,
  PAYLOAD_WORD,
  RECORD_WORDS,
  RecordKind,
  copyWindow,
  createRing,
  writeHeader,
  type RecordRing,
  type RecordWindow,
} from '../../../src/index.js';

/** Writes records that end at 10, 20, 30 … ns, numbered from `first`. */
function fill(ring: RecordRing, records: number, first = 0): void {
  const writer = new BroadcastWriter(ring);
  for (let i = first; i < first + records; i++) {
    const base = writer.claim();
    writeHeader(writer.u32, writer.f64, base, RecordKind.Switch, 0, 7, i * 10, 10);
    writer.u32[base + PAYLOAD_WORD] = i;
    writer.commit();
  }
}

function numbers({ batch }: RecordWindow): number[] {
  return Array.from({ length: batch.count }, (_, i) => batch.u32[i * RECORD_WORDS + PAYLOAD_WORD]!);
}

describe('a window of the stream', () => {
  it('holds the records that ended in it, both ends included', () => {
    const ring = createRing(64);
    fill(ring, 20);
    const window = copyWindow(ring, { fromNs: 50, toNs: 90 });
    expect(numbers(window)).toEqual([4, 5, 6, 7, 8]);
    expect(window.batch.firstSequence).toBe(4);
    expect(window).toMatchObject({ lost: 0, held: 20, wrapped: false, oldestEndNs: 10 });
  });

  it('says where the ring begins that has been full', () => {
    const ring = createRing(16);
    fill(ring, 37);
    const window = copyWindow(ring, { fromNs: 0, toNs: 1000 });
    expect(numbers(window)).toEqual(Array.from({ length: 16 }, (_, i) => 21 + i));
    expect(window).toMatchObject({ lost: 0, held: 16, wrapped: true, oldestEndNs: 220 });
  });

  it('is the newest part when there is a bound', () => {
    const ring = createRing(64);
    fill(ring, 20);
    expect(numbers(copyWindow(ring, { fromNs: 0, toNs: 150, maxRecords: 3 }))).toEqual([
      12, 13, 14,
    ]);
  });

  it('is empty before, after and between', () => {
    const ring = createRing(64);
    expect(copyWindow(ring, { fromNs: 0, toNs: 9 })).toMatchObject({ held: 0, lost: 0 });
    fill(ring, 20);
    for (const [fromNs, toNs] of [
      [0, 9],
      [201, 300],
      [91, 99],
    ] as const) {
      expect(copyWindow(ring, { fromNs, toNs }).batch.count).toBe(0);
    }
  });

  it('goes across the end of the ring, and of the sequence numbers', () => {
    const ring = createRing(16, { firstSequence: 2 ** 32 - 7 });
    fill(ring, 13);
    const window = copyWindow(ring, { fromNs: 40, toNs: 120 });
    expect(numbers(window)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(window.batch.firstSequence).toBe(2 ** 32 - 4);
  });

  it('counts what the writer overwrote while it was copied', () => {
    const ring = createRing(16);
    fill(ring, 16);
    // The bound is read when both ends are known, right before the copy: the writer goes on there.
    const bounds = {
      fromNs: 0,
      toNs: 160,
      get maxRecords() {
        fill(ring, 5, 16);
        return 16;
      },
    };
    const window = copyWindow(ring, bounds);
    expect(window.lost).toBe(5);
    expect(numbers(window)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });
});
