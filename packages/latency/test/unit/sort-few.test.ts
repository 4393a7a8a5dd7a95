import { expect, it } from 'vitest';
import { sortFew } from '../../src/receipt/sort-few.js';

it.each([0, 1, 2, 3, 15, 16, 17, 100])('sorts %i as sort() does, equal ones as they stood', (n) => {
  for (let seed = 1; seed <= 50; seed++) {
    const items = Array.from({ length: n }, (_, place) => ({
      key: (place * 37 * seed) % 7,
      place,
    }));
    const order = (a: { key: number }, b: { key: number }) => a.key - b.key;
    expect(sortFew([...items], order)).toEqual([...items].sort(order));
  }
});

it('sorts in place', () => {
  const items = [3, 1, 2];
  expect(sortFew(items, (a, b) => a - b)).toBe(items);
});
