import { describe, expect, it } from 'vitest';
import { Prng } from '@hftmon/testkit';
import { WordKeyIndex } from '../../../src/tables/word-key-index.js';

function set(index: WordKeyIndex, ...words: number[]): WordKeyIndex {
  words.forEach((word, i) => (index.key[i] = word));
  return index;
}

describe('WordKeyIndex', () => {
  it('numbers keys in the order in which they come', () => {
    const index = new WordKeyIndex(2, 4);
    expect(set(index, 1, 2).findOrAdd()).toBe(0);
    expect(set(index, 2, 1).findOrAdd()).toBe(1);
    expect(set(index, 1, 2).findOrAdd()).toBe(0);
    expect(set(index, 2, 1).find()).toBe(1);
    expect(set(index, 2, 2).find()).toBe(-1);
    expect([index.word(1, 0), index.word(1, 1), index.size]).toEqual([2, 1, 2]);
  });

  it('takes in no more than it was made for', () => {
    const index = new WordKeyIndex(1, 3);
    for (const key of [5, 6, 7]) set(index, key).findOrAdd();
    expect(set(index, 8).findOrAdd()).toBe(-1);
    expect(set(index, 6).findOrAdd()).toBe(1);
    index.clear();
    expect([index.size, set(index, 6).find()]).toEqual([0, -1]);
    expect(set(index, 8).findOrAdd()).toBe(0);
  });

  it('agrees with a Map on random keys', () => {
    const random = new Prng(11);
    const index = new WordKeyIndex(3, 5000);
    const expected = new Map<string, number>();
    for (let i = 0; i < 40_000; i++) {
      const words = [random.int(0, 20), random.int(0, 20) * 64, random.int(0, 10) * 2 ** 28];
      const key = words.join();
      if (!expected.has(key)) expected.set(key, expected.size);
      expect(set(index, ...words).findOrAdd()).toBe(expected.get(key));
    }
  });
});
