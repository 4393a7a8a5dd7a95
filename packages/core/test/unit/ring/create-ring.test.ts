import { describe, expect, it } from 'vitest';
import { BroadcastCursor, RING_OFFSET, createRing, type RecordRing } from '../../../src/index.js';

describe('createRing', () => {
  it.each([0, 1, 3, 100, 2.5, -8, NaN, 2 ** 27])('refuses capacity %d', (capacity) => {
    expect(() => createRing(capacity)).toThrow(/power of two/);
  });

  it('keeps the epoch', () => {
    const ring = createRing(4, { epochMonotonicNs: 123_456_789_012n });
    expect(new BigUint64Array(ring.buffer, RING_OFFSET.epoch, 1)[0]).toBe(123_456_789_012n);
  });
});

describe('a ring that is none', () => {
  const good = (): RecordRing => createRing(16);
  it.each<[string, (ring: RecordRing) => RecordRing]>([
    ['magic', (ring) => broken(ring, RING_OFFSET.magic)],
    ['version', (ring) => broken(ring, RING_OFFSET.version)],
    ['capacity', (ring) => broken(ring, RING_OFFSET.capacity)],
    ['recordBytes', (ring) => broken(ring, RING_OFFSET.recordBytes)],
    ['offset', (ring) => ({ ...ring, byteOffset: 4 })],
    ['shorter', (ring) => ({ ...ring, byteOffset: 8 })],
    ['power of two', (ring) => ({ ...ring, capacity: 12 })],
  ])('is refused: %s', (message, spoil) => {
    const ring = spoil(good());
    expect(() => new BroadcastCursor(ring)).toThrow(
      expect.objectContaining({
        code: 'HFTMON_E_RING_INVALID',
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});

function broken(ring: RecordRing, offset: number): RecordRing {
  new Uint32Array(ring.buffer, offset, 1)[0] = 99;
  return { ...ring };
}
