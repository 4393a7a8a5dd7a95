import { expect, it } from 'vitest';
import { ThreadRegistry } from '../../src/observe/thread-registry.js';

const UNKNOWN = 2 ** 22 + 7;

it('forgets with a process its threads, and those that nobody knows any more, and no others', () => {
  const forgotten: number[] = [];
  const threads = new ThreadRegistry('/nowhere', ({ tid }) => forgotten.push(tid));
  threads.begin(11, 1);
  threads.begin(12, 2);
  for (const tid of [11, 12, UNKNOWN]) threads.obtain(tid);
  threads.detach(1);
  expect(forgotten).toEqual([11, UNKNOWN]);
  expect([...threads.all()].map(({ tid }) => tid)).toEqual([12]);
});
