import { describe, expect, it } from 'vitest';
import { DataSymbols } from '@hftmon/perf-native';
import { FakeRoots } from '@hftmon/testkit';
import { LineLocator } from '../../../src/locate/line-locator.js';

const PID = 42;
const MAPS = `
55d000000000-55d000021000 rw-p 00000000 00:00 0    [heap]
7f0000000000-7f0000100000 rw-s 00000000 00:19 77   /dev/shm/book
7f1000000000-7f1000800000 rw-p 00000000 00:00 0
7f2000000000-7f2000800000 rw-p 00000000 00:00 0
7f3000000000-7f3000800000 rw-p 00000000 00:00 0    [anon:arena]
7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0    [stack]
`;
const STACKS = [{ tid: 43, stackPointer: 0x7f10_007f_ff00 }];

function locate(line: number, maps: string | undefined = MAPS) {
  using roots = new FakeRoots();
  if (maps !== '') roots.write(`proc/${PID}/maps`, maps);
  const locator = new LineLocator(new DataSymbols(roots.procRoot));
  return locator.locate(PID, new Map([[line, [line]]]), STACKS).get(line);
}

describe('what a line is part of', () => {
  it.each([
    [0x55d0_0000_0040, { kind: 'heap', name: 'heap' }],
    [0x7f00_0000_0040, { kind: 'file', name: '/dev/shm/book', module: '/dev/shm/book' }],
    [0x7f10_0000_0040, { kind: 'stack', name: 'stack of thread 43', tid: 43 }],
    [0x7f20_0000_0040, { kind: 'anonymous', name: 'anonymous memory' }],
    [0x7f30_0000_0040, { kind: 'anonymous', name: 'arena' }],
    [0x7ffc_0000_0040, { kind: 'stack', name: 'stack of the main thread' }],
    [0x1000, { kind: 'unknown', name: 'memory that is no longer mapped' }],
  ])('is told for %s', (line, expected) => {
    expect(locate(line)).toEqual(expected);
  });

  it('is not known of a process that has ended', () => {
    expect(locate(0x1000, '')).toEqual({ kind: 'unknown', name: `process ${PID} has ended` });
  });
});
