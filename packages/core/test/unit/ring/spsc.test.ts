import { describe, expect, it } from 'vitest';
import { RECORD_WORDS, SpscReader, SpscWriter, createRing } from '../../../src/index.js';
import { between, seededRandom } from '../../support/random.js';
import { fillRecord, verifyRecord } from '../../support/sequence.js';

function tryWrite(writer: SpscWriter, n: number): boolean {
  const base = writer.claim();
  if (base < 0) return false;
  fillRecord(writer.u32, writer.f64, base, n);
  writer.commit();
  return true;
}

function numbers({ batch }: SpscReader): number[] {
  return Array.from({ length: batch.count }, (_, i) =>
    verifyRecord(batch.u32, batch.f64, i * RECORD_WORDS),
  );
}

describe('spsc ring', () => {
  it('refuses and counts claims when it is full, and never overwrites', () => {
    const ring = createRing(4);
    const writer = new SpscWriter(ring);
    const reader = new SpscReader(ring);
    for (let n = 0; n < 11; n++) expect(tryWrite(writer, n)).toBe(n < 4);
    expect(reader.refused).toBe(7);
    expect(reader.lag).toBe(4);
    expect(reader.poll()).toBe(4);
    expect(numbers(reader)).toEqual([0, 1, 2, 3]);
    expect(tryWrite(writer, 4)).toBe(true);
    expect(reader.poll()).toBe(1);
    expect(numbers(reader)).toEqual([4]);
    expect(reader.refused).toBe(7);
  });

  it('carries the refused count beyond 32 bits', () => {
    const ring = createRing(2);
    const writer = new SpscWriter(ring);
    const reader = new SpscReader(ring);
    new Uint32Array(ring.buffer, 512, 1)[0] = 2 ** 32 - 2;
    for (let n = 0; n < 2 + 5; n++) tryWrite(writer, n);
    expect(reader.refused).toBe(2 ** 32 + 3);
  });

  it('publishes a claim only when it is committed, and only once', () => {
    const ring = createRing(4);
    const writer = new SpscWriter(ring);
    const reader = new SpscReader(ring);
    writer.claim();
    expect(reader.poll()).toBe(0);
    writer.commit();
    writer.commit();
    expect(reader.poll()).toBe(1);
  });

  it.each([1, 2, 3, 4])('agrees with a queue over 100+ laps and a wrap (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const capacity = 2 ** between(random, 1, 8);
    const firstSequence = (2 ** 32 - between(random, 0, capacity * 120)) >>> 0;
    const ring = createRing(capacity, { firstSequence });
    const writer = new SpscWriter(ring);
    const reader = new SpscReader(ring, between(random, 1, capacity));
    const queue: number[] = [];
    let refused = 0;
    for (let n = 0; n < capacity * 130; n++) {
      if (tryWrite(writer, n)) queue.push(n);
      else refused++;
      expect(queue.length).toBeLessThanOrEqual(capacity);
      if (between(random, 1, capacity) > 1) continue;
      const count = reader.poll();
      expect(numbers(reader)).toEqual(queue.splice(0, count));
    }
    while (reader.poll() > 0) expect(numbers(reader)).toEqual(queue.splice(0, reader.batch.count));
    expect(queue).toEqual([]);
    expect(reader.refused).toBe(refused);
  });
});
