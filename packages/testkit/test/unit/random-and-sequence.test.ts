import { describe, expect, it } from 'vitest';
import { BroadcastCursor, BroadcastWriter, createRing } from '@hftmon/core';
import { Prng, SequenceVerifier, writeSequenceRecord } from '../../src/index.js';

describe('Prng', () => {
  it('repeats itself from its seed, and differs with another', () => {
    const take = (seed: number): number[] => {
      const random = new Prng(seed);
      return Array.from({ length: 8 }, () => random.u32());
    };
    expect(take(1)).toEqual(take(1));
    expect(take(1)).not.toEqual(take(2));
  });

  it('stays within its bounds and reaches both', () => {
    const random = new Prng(3);
    const seen = new Set(Array.from({ length: 1000 }, () => random.int(2, 5)));
    expect([...seen].sort()).toEqual([2, 3, 4, 5]);
    const mean = Array.from({ length: 10_000 }, () => random.float()).reduce((a, b) => a + b) / 1e4;
    expect(mean).toBeGreaterThan(0.48);
    expect(mean).toBeLessThan(0.52);
  });
});

describe('SequenceVerifier', () => {
  function setUp() {
    const ring = createRing(8);
    const writer = new BroadcastWriter(ring);
    const cursor = new BroadcastCursor(ring);
    let next = 0;
    const write = (count: number): void => {
      for (let i = 0; i < count; i++) {
        writeSequenceRecord(writer.u32, writer.f64, writer.claim(), next++);
        writer.commit();
      }
    };
    return { cursor, write, verifier: new SequenceVerifier() };
  }

  it('agrees with the reader on what was lost', () => {
    const { cursor, write, verifier } = setUp();
    for (const count of [3, 8, 23, 1, 100]) {
      write(count);
      while (cursor.poll() > 0) verifier.check(cursor.batch);
    }
    verifier.assertGood();
    expect(verifier.lost).toBe(cursor.lost);
    expect(verifier.seen + verifier.lost).toBe(135);
    expect(verifier.next).toBe(135);
  });

  it('notices a torn and a doubled record', () => {
    const { cursor, write, verifier } = setUp();
    write(4);
    cursor.poll();
    verifier.check(cursor.batch);
    verifier.check(cursor.batch);
    expect(verifier.wrong).toBe(4);
    cursor.batch.u32[12]! ^= 1;
    verifier.check(cursor.batch);
    expect(verifier.errors.at(-4)).toBe('record 0 is torn');
    expect(() => verifier.assertGood()).toThrow('8 bad records of 12');
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 9, 14])('notices a change of word %i', (word) => {
    const { cursor, write, verifier } = setUp();
    write(1);
    cursor.poll();
    cursor.batch.u32[word]! ^= 0x10;
    verifier.check(cursor.batch);
    expect(verifier.wrong).toBe(1);
  });
});
