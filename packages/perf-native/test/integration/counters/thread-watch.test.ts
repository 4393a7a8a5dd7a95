import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { spawnChurn } from '@hftmon/testkit';
import { ThreadWatch } from '../../../src/proc/thread-watch.js';

function recorder() {
  const started: number[] = [];
  const ended: number[] = [];
  const gone: number[] = [];
  return {
    started,
    ended,
    gone,
    threadStarted: (tid: number) => void started.push(tid),
    threadEnded: (tid: number) => void ended.push(tid),
    processEnded: (pid: number) => void gone.push(pid),
  };
}

describe('ThreadWatch on /proc', () => {
  it('sees the threads of a process that replaces them all the time', async () => {
    await using churn = await spawnChurn({ threads: 7, generations: 11, waitUs: 400 });
    const heard = recorder();
    using watch = new ThreadWatch(heard, { minIntervalMs: 0, budget: 1 });
    expect(watch.attach(churn.pid)).toBe(true);
    let working = true;
    const report = churn.go().finally(() => (working = false));
    while (working) {
      watch.poll();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { lives } = await report;
    const real = new Set(lives.map(({ tid }) => tid));
    const seen = heard.started.filter((tid) => real.has(tid));
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(heard.started).size).toBe(heard.started.length);
    // Whatever was seen to begin is seen to end, but for the leader, which lives on.
    const live = () => {
      watch.refresh();
      return heard.started.filter((tid) => !heard.ended.includes(tid));
    };
    await expect.poll(live).toEqual([churn.pid]);
  });

  it('sees the end of a process and lets go of it', async () => {
    const child = spawn('sleep', ['60']);
    const heard = recorder();
    using watch = new ThreadWatch(heard, { minIntervalMs: 0 });
    expect(watch.attach(child.pid!)).toBe(true);
    expect(heard.started).toEqual([child.pid]);
    child.kill('SIGKILL');
    await once(child, 'close');
    await expect.poll(() => (watch.poll(), heard.gone)).toEqual([child.pid]);
    expect(heard.ended).toEqual([child.pid]);
    expect(watch.pids()).toEqual([]);
    expect(watch.attach(child.pid!)).toBe(false);
  });

  it('says that it cannot look for want of descriptors, and looks again later', () => {
    const child = spawn('sleep', ['60']);
    const late = spawn('sleep', ['60']);
    const heard = recorder();
    let nowMs = 0;
    using watch = new ThreadWatch(heard, { budget: Infinity, now: () => (nowMs += 1001) });
    watch.attach(child.pid!);
    const held: number[] = [];
    try {
      for (;;) held.push(openSync('/dev/null', 'r'));
    } catch (error) {
      expect(error).toMatchObject({ code: 'EMFILE' });
    }
    let refused: unknown;
    try {
      watch.attach(late.pid!);
    } catch (error) {
      refused = error;
    }
    watch.poll();
    const { problem } = watch;
    for (const fd of held) closeSync(fd);
    expect(refused).toMatchObject({ code: 'HFTMON_E_FILES_EXHAUSTED' });
    expect(problem).toMatchObject({ code: 'HFTMON_E_FILES_EXHAUSTED' });
    expect(heard.ended).toEqual([]);
    watch.poll();
    expect(watch.problem).toBeUndefined();
    expect(watch.attach(late.pid!)).toBe(true);
    for (const each of [child, late]) each.kill('SIGKILL');
  });
});
