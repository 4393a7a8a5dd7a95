import { describe, expect, it } from 'vitest';
import { FakeRoots, writeFakeProcess } from '@hftmon/testkit';
import { isRunning, ownMark } from '../../src/files/process-mark.js';

const MARK = { pid: 4242, startTimeTicks: 1000 };

describe('a process', () => {
  it('runs until it is gone or a zombie, and is no later one with its pid', () => {
    using roots = new FakeRoots();
    const runs = () => isRunning(MARK, roots.procRoot);
    expect(runs()).toBe(false);
    writeFakeProcess(roots, { pid: 4242 });
    expect(runs()).toBe(true);
    writeFakeProcess(roots, { pid: 4242, startTimeTicks: 1001 });
    expect(runs()).toBe(false);
    writeFakeProcess(roots, { pid: 4242, state: 'Z' });
    expect(runs()).toBe(false);
  });

  it('runs while other threads do, when its main thread has ended', () => {
    using roots = new FakeRoots();
    const threads = [{ tid: 4242, state: 'Z' }, { tid: 4243 }];
    writeFakeProcess(roots, { pid: 4242, threads });
    expect(isRunning(MARK, roots.procRoot)).toBe(true);
  });

  it('is also this one', () => {
    expect(isRunning(ownMark())).toBe(true);
  });
});
