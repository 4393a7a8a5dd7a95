import { beforeEach, describe, expect, it } from 'vitest';
import { needs, skipUnless, spawnForker, spawnSleeper } from '@hftmon/testkit';
import { Monitor } from '../support/monitor.js';

beforeEach((context) => skipUnless(context, needs.bpf));

describe('children of targets', () => {
  it('are followed with their threads when wanted', async () => {
    await using target = await spawnForker({ children: 3, threads: 3, lifeMs: 4000 });
    using monitor = new Monitor([target.pid], {}, { followChildren: true });
    const report = await target.go();
    monitor.session.flush();
    const infos = monitor.collector.snapshot();
    for (const { pid } of report.children) {
      const threads = infos.filter((info) => info.pid === pid);
      expect(threads).toHaveLength(4);
      expect(threads.reduce((sum, { cpuShare }) => sum + cpuShare!, 0)).toBeCloseTo(1, 9);
      // They lived for longer than the time between two looks.
      for (const { schedulingClass, state } of threads) {
        expect({ schedulingClass, state }).toEqual({
          schedulingClass: 'SCHED_OTHER',
          state: 'exited',
        });
      }
    }
  });

  it('are left alone else', async () => {
    await using target = await spawnForker({ children: 3, threads: 2, lifeMs: 5 });
    using monitor = new Monitor([target.pid]);
    await target.go();
    monitor.session.flush();
    const pids = monitor.collector.snapshot().map(({ pid }) => pid);
    expect(new Set(pids)).toEqual(new Set([target.pid]));
  });
});

describe('targets', () => {
  it('that end are answered for, those that are detached are not', async () => {
    await using first = await spawnSleeper({ count: 11 });
    await using second = await spawnSleeper({ count: 11 });
    using monitor = new Monitor([first.pid, second.pid]);
    await Promise.all([first.go(), second.go()]);
    await first.dispose();
    await expect.poll(() => monitor.session.targets.size).toBe(1);
    expect(monitor.collector.snapshot({ pid: first.pid })).toMatchObject([
      { pid: first.pid, state: 'exited', schedulingClass: 'SCHED_OTHER' },
    ]);
    monitor.session.detach(second.pid);
    expect(monitor.collector.snapshot({ pid: second.pid })).toEqual([]);
    expect(monitor.collector.snapshot().map(({ pid }) => pid)).toEqual([first.pid]);
  });
});
