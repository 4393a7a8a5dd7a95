import { describe, expect, it } from 'vitest';
import { RecordKind, kindAt, markId, markName, markValue } from '../../../src/index.js';
import { setUp } from '../../support/session.js';

describe('marks of a session', () => {
  it('travel through the stream', () => {
    const { session, source } = setUp();
    const seen: unknown[] = [];
    expect(session.mark('order', 1)).toBe(false);
    session.start();
    source.observe = ({ u32, f64, count }) => {
      for (let base = 0; base < count * 16; base += 16) {
        expect(kindAt(u32, base)).toBe(RecordKind.Mark);
        expect(f64[base / 2]).toBeGreaterThan(0);
        seen.push([
          session.marks.nameOf(markName(u32, base)),
          markId(u32, base),
          markValue(u32, base),
        ]);
      }
    };
    expect(session.mark('order', 2 ** 40 + 1, -2.5)).toBe(true);
    session.mark('fill');
    session.mark('order', 3);
    session.flush();
    expect(seen).toEqual([
      ['order', 2 ** 40 + 1, -2.5],
      ['fill', 0, 0],
      ['order', 3, 0],
    ]);
    expect(session.marks.nameOf(9)).toBe(undefined);
  });

  it('are refused by a writer without room', () => {
    const { session, source } = setUp();
    session.start();
    source.writer.claim = () => -1;
    expect(session.mark('order')).toBe(false);
  });
});
