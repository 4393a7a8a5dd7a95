import { describe, expect, it } from 'vitest';
import { ReportedSpikes } from '../../src/detect/reported-spikes.js';

const group = (startNs: number, endNs: number, pieces = 1) => ({
  startNs,
  endNs,
  first: 5,
  last: 5 + pieces,
});

/** As many as are remembered, and some. */
const MORE = 300;

function reported(...spikes: readonly (readonly [id: number, startNs: number, endNs: number])[]) {
  const list = new ReportedSpikes();
  for (const [id, startNs, endNs] of spikes) list.add(id, group(startNs, endNs));
  return list;
}

const ids = (list: ReportedSpikes, startNs: number, endNs: number): number[] =>
  list.take(group(startNs, endNs)).map(({ id }) => id);

describe('the spikes of a thread that were reported', () => {
  it('are taken by what overlaps them, once, in the order of time', () => {
    const list = reported([1, 0, 10], [3, 40, 50], [2, 20, 30]);
    expect(ids(list, 10, 20)).toEqual([]);
    expect(ids(list, 9, 41)).toEqual([1, 2, 3]);
    expect(ids(list, 0, 100)).toEqual([]);
  });

  it('are taken out of the midst of others, which stay', () => {
    const list = reported([1, 0, 10], [2, 20, 30], [3, 40, 50], [4, 60, 70]);
    expect(ids(list, 25, 45)).toEqual([2, 3]);
    list.add(5, group(20, 50, 2));
    expect(ids(list, 0, 100)).toEqual([1, 5, 4]);
  });

  it('are those of late, each with what was said of it last', () => {
    const list = new ReportedSpikes();
    for (let i = 1; i <= MORE; i++) list.add(i % 2 === 0 ? 0 : i, group(100 * i, 100 * i + 10, i));
    const oldest = 100 * (MORE - 255);
    expect(list.take(group(0, oldest))).toEqual([]);
    expect(list.take(group(0, Infinity))).toEqual(
      Array.from({ length: 256 }, (_, k) => {
        const i = MORE - 255 + k;
        const withheld = i % 2 === 0;
        const startNs = 100 * i;
        return { id: withheld ? 0 : i, startNs, endNs: startNs + 10, pieces: i, withheld };
      }),
    );
  });

  it('come in order also when the list is full', () => {
    const list = new ReportedSpikes();
    for (let i = 1; i <= MORE; i++) list.add(i, group(100 * i, 100 * i + 10, 1));
    list.add(MORE + 1, group(100 * MORE - 50, 100 * MORE - 40, 1));
    expect(ids(list, 100 * (MORE - 1), Infinity)).toEqual([MORE - 1, MORE + 1, MORE]);
    expect(ids(list, 0, Infinity)).toHaveLength(253);
  });

  it('are known again just as they were, and alone', () => {
    const list = reported([1, 0, 10], [2, 20, 30], [3, 40, 50]);
    expect(list.has(group(20, 30, 1))).toBe(true);
    expect(list.has(group(20, 30, 2))).toBe(false);
    expect(list.has(group(20, 31, 1))).toBe(false);
    expect(list.has(group(19, 30, 1))).toBe(false);
    expect(list.has(group(60, 70, 1))).toBe(false);
    expect(list.has(group(-10, -5, 1))).toBe(false);
    expect(ids(list, 0, 100)).toEqual([1, 2, 3]);
    expect(list.has(group(20, 30, 1))).toBe(false);
    // They do not overlap as a rule; where they do, it is not known as the only one.
    const other = reported([1, 0, 25], [2, 20, 30]);
    expect(other.has(group(20, 30, 1))).toBe(false);
  });

  it('are forgotten with the thread', () => {
    const list = reported([1, 0, 10], [2, 20, 30]);
    list.clear();
    expect(list.has(group(20, 30, 1))).toBe(false);
    expect(ids(list, 0, 100)).toEqual([]);
    list.add(3, group(5, 6, 1));
    expect(ids(list, 0, 100)).toEqual([3]);
  });
});
