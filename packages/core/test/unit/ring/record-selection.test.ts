import { describe, expect, it } from 'vitest';
import { RECORD_WORDS, RecordSelection } from '../../../src/index.js';

/** Adds records whose words are all their number. */
function filled(selection: RecordSelection, records: number): RecordSelection {
  for (let i = 0; i < records; i++) {
    const words = new Uint32Array(RECORD_WORDS * 3).fill(i, RECORD_WORDS, RECORD_WORDS * 2);
    selection.add(words, RECORD_WORDS);
  }
  return selection;
}

function content(selection: RecordSelection): number[] {
  return Array.from({ length: selection.count }, (_, i) => {
    const base = selection.baseOf(i);
    const words = [...selection.u32.subarray(base, base + RECORD_WORDS)];
    expect(new Set(words).size).toBe(1);
    return words[0]!;
  });
}

describe('RecordSelection', () => {
  it.each([0, 1, 255, 256, 257, 1000])('keeps %i records in order', (records) => {
    const selection = filled(new RecordSelection(), records);
    expect(content(selection)).toEqual(Array.from({ length: records }, (_, i) => i));
  });

  it.each([
    [1, 5],
    [3, 3],
    [3, 4],
    [300, 299],
    [300, 301],
    [300, 1001],
    [1000, 300],
  ])('with limit %i keeps the newest of %i', (limit, records) => {
    const all = Array.from({ length: records }, (_, i) => i);
    expect(content(filled(new RecordSelection(limit), records))).toEqual(all.slice(-limit));
  });

  it('keeps nothing with limit 0', () => {
    expect(filled(new RecordSelection(0), 5).count).toBe(0);
  });

  it('has views of the same memory', () => {
    const selection = new RecordSelection();
    const f64 = new Float64Array([2.5, 7, 0, 0, 0, 0, 0, 0]);
    selection.add(new Uint32Array(f64.buffer), 0);
    expect([...selection.f64.subarray(0, 2)]).toEqual([2.5, 7]);
  });
});
