import { describe, expect, it } from 'vitest';
import { BroadcastWriter, History, RECORD_WORDS, createRing, tidAt } from '../../../src/index.js';
import { fillRecord } from '../../support/sequence.js';

function write(writer: BroadcastWriter, from: number, count: number): void {
  for (let n = from; n < from + count; n++) {
    fillRecord(writer.u32, writer.f64, writer.claim(), n);
    writer.commit();
  }
}

describe('History', () => {
  it('visits what is held, oldest first', () => {
    const ring = createRing(4096);
    write(new BroadcastWriter(ring), 0, 5000);
    const tids: number[] = [];
    const result = new History(ring).scan(({ u32, count }) => {
      for (let i = 0; i < count; i++) tids.push(tidAt(u32, i * RECORD_WORDS));
    });
    expect(result).toEqual({ visited: 4096, lost: 0 });
    expect(tids).toEqual(Array.from({ length: 4096 }, (_, i) => 904 + i));
  });

  it('ends at the records that were there when it began, and counts what it lost', () => {
    const ring = createRing(4096);
    const writer = new BroadcastWriter(ring);
    write(writer, 0, 4096);
    let next = 4096;
    const result = new History(ring).scan(() => {
      write(writer, next, 1500);
      next += 1500;
    });
    // 1024 read, then 1500 - 1024 of the rest are gone, and so on.
    expect(result.visited + result.lost).toBe(4096);
    expect(result.lost).toBeGreaterThan(0);
  });

  it('may be scanned within a scan', () => {
    const ring = createRing(64);
    write(new BroadcastWriter(ring), 0, 64);
    const history = new History(ring);
    const outer = history.scan(() => {
      expect(history.scan(() => undefined)).toEqual({ visited: 64, lost: 0 });
    });
    expect(outer.visited).toBe(64);
  });

  it('is empty when released, and when nothing was written', () => {
    const ring = createRing(64);
    const history = new History(ring);
    expect(history.scan(() => undefined)).toEqual({ visited: 0, lost: 0 });
    write(new BroadcastWriter(ring), 0, 5);
    history.release();
    expect(history.scan(() => undefined)).toEqual({ visited: 0, lost: 0 });
  });

  it('answers from its own copy once it keeps the records', () => {
    const ring = createRing(4096);
    const writer = new BroadcastWriter(ring);
    write(writer, 0, 5000);
    const history = new History(ring);
    history.keep();
    write(writer, 9000, 4096);
    const tids: number[] = [];
    const result = history.scan(({ u32, count }) => {
      for (let i = 0; i < count; i++) tids.push(tidAt(u32, i * RECORD_WORDS));
    });
    expect(result).toEqual({ visited: 4096, lost: 0 });
    expect(tids).toEqual(Array.from({ length: 4096 }, (_, i) => 904 + i));
  });

  it.each([0, 1, 2, 3])('keeps %i records', (count) => {
    const ring = createRing(64);
    write(new BroadcastWriter(ring), 0, count);
    const history = new History(ring);
    history.keep();
    expect(history.scan(() => undefined)).toEqual({ visited: count, lost: 0 });
    history.release();
    expect(history.scan(() => undefined)).toEqual({ visited: 0, lost: 0 });
  });
});
