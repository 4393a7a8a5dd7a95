import { FakeRoots } from '@hftmon/testkit';
import { expect, it } from 'vitest';
import { readStealNs, stealCount } from '../../../src/noise/steal.js';

it('reads the steal time of one CPU', () => {
  using roots = new FakeRoots();
  roots.write(
    'proc/stat',
    'cpu  1 2 3 4 5 6 7 99 0 0\ncpu1 1 2 3 4 5 6 7 8 0 0\ncpu11 1 2 3 4 5 6 7 42 0 0\nintr 5\n',
  );
  expect(readStealNs(1, roots.procRoot)).toBe(80_000_000);
  expect(readStealNs(11, roots.procRoot)).toBe(420_000_000);
  expect(readStealNs(2, roots.procRoot)).toBeUndefined();
});

it('tells the steal over a run, or why it is not known', () => {
  expect(stealCount(10, 30)).toMatchObject({ value: 20, support: { ok: true } });
  expect(stealCount(10, undefined)).toMatchObject({ value: undefined, support: { ok: false } });
});
