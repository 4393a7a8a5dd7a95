import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeRoots, writeFakeProcess } from '@hftmon/testkit';
import { ThreadWatch } from '../../../src/proc/thread-watch.js';

describe('ThreadWatch', () => {
  let roots: FakeRoots;
  let heard: string[];
  let nowMs: number;
  const listener = {
    threadStarted: (tid: number, pid: number) => void heard.push(`+${pid}/${tid}`),
    threadEnded: (tid: number, pid: number) => void heard.push(`-${pid}/${tid}`),
    processEnded: (pid: number) => void heard.push(`-${pid}`),
  };
  const watch = (options = {}): ThreadWatch =>
    new ThreadWatch(listener, { procRoot: roots.procRoot, now: () => nowMs, ...options });
  const told = (): string[] => heard.splice(0).sort();
  const thread = (pid: number, tid: number): void => {
    roots.write(`proc/${pid}/task/${tid}/comm`, 'x\n');
  };

  beforeEach(() => {
    roots = new FakeRoots();
    heard = [];
    nowMs = 0;
    writeFakeProcess(roots, { pid: 7, threads: [{ tid: 7 }, { tid: 8 }] });
  });
  afterEach(() => roots.dispose());

  it('reports the threads of a process when it is attached, once', () => {
    using threads = watch();
    expect(threads.attach(7)).toBe(true);
    expect(threads.attach(7)).toBe(true);
    expect(told()).toEqual(['+7/7', '+7/8']);
    expect(threads.tids(7)).toEqual([7, 8]);
  });

  it('says that there is no such process', () => {
    using threads = watch();
    expect(threads.attach(9)).toBe(false);
    expect(threads.pids()).toEqual([]);
  });

  it('reports what began and what ended, of each process', () => {
    using threads = watch();
    writeFakeProcess(roots, { pid: 20 });
    threads.attach(7);
    threads.attach(20);
    told();
    thread(7, 9);
    roots.remove('proc/7/task/8');
    thread(20, 21);
    threads.refresh();
    expect(told()).toEqual(['+20/21', '+7/9', '-7/8']);
    threads.refresh();
    expect(told()).toEqual([]);
  });

  it('finds a replaced thread although the number of threads is the same', () => {
    using threads = watch();
    threads.attach(7);
    threads.poll();
    told();
    roots.remove('proc/7/task/8');
    thread(7, 9);
    nowMs = 500;
    threads.poll();
    expect(told()).toEqual([]);
    nowMs = 1001;
    threads.poll();
    expect(told()).toEqual(['+7/9', '-7/8']);
  });

  it('reports the end of a process, and is not deceived by a new one with its pid', () => {
    using threads = watch();
    threads.attach(7);
    told();
    roots.remove('proc/7');
    writeFakeProcess(roots, { pid: 7, threads: [{ tid: 7 }, { tid: 8 }, { tid: 9 }] });
    threads.refresh();
    // A fake folder that was removed is empty rather than unreadable, as one of /proc is.
    expect(told()).toEqual(['-7/7', '-7/8']);
  });

  it('reports the threads of a detached process as ended', () => {
    using threads = watch();
    threads.attach(7);
    told();
    threads.detach(7);
    threads.detach(7);
    expect(told()).toEqual(['-7/7', '-7/8']);
  });

  it('waits a hundred times as long as the look took', () => {
    let costMs = 0;
    using threads = watch({ now: () => (nowMs += costMs) });
    threads.attach(7);
    expect(threads.poll()).toBe(true);
    expect(threads.intervalMs).toBe(10);
    expect(threads.poll()).toBe(false);
    nowMs = 2000;
    costMs = 3;
    expect(threads.poll()).toBe(true);
    expect(threads.intervalMs).toBe(300);
    nowMs += 280;
    expect(threads.poll()).toBe(false);
    nowMs += 20;
    expect(threads.poll()).toBe(true);
  });
});
