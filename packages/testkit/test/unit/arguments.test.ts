import { expect, it } from 'vitest';
import { toArguments } from '../../src/workload/arguments.js';

it('turns options into a command line', () => {
  expect(toArguments({ burstUs: 50, huge: true, via: 'pipe', cpu: undefined, x: false })).toEqual([
    '--burst-us=50',
    '--huge',
    '--via=pipe',
  ]);
});
