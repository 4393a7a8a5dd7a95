import { execFileSync } from 'node:child_process';
import { beforeEach, describe, expect, it } from 'vitest';
import { allowedCpus, needs, skipUnless, spawnChurn, spawnSleeper } from '@hftmon/testkit';
import { Monitor } from '../support/monitor.js';

beforeEach((context) =>
  skipUnless(context, needs.bpf, needs.realtime, needs.tool('chrt'), needs.tool('taskset')),
);

const run = (program: string, ...args: (string | number)[]): void =>
  void execFileSync(program, args.map(String));

describe('attributes', () => {
  it('are those that the thread has now', async () => {
    await using target = await spawnSleeper({ count: 1 });
    const { pid } = target;
    using monitor = new Monitor([pid]);
    const info = () => monitor.collector.snapshot({ pid })[0]!;
    expect(info()).toMatchObject({
      pid,
      tid: pid,
      comm: 'sleeper',
      schedulingClass: 'SCHED_OTHER',
      priority: 0,
      niceValue: 0,
      cpuAffinity: allowedCpus(),
      attributeChanges: 0,
    });
    expect(info().sources.schedulingClass).toMatchObject({ ok: true, tier: 'kernel' });
    const cpu = allowedCpus().at(-1)!;
    run('chrt', '-r', '-p', 17, pid);
    run('taskset', '-c', '-p', cpu, pid);
    expect(info()).toMatchObject({
      schedulingClass: 'SCHED_RR',
      priority: 17,
      niceValue: 0,
      cpuAffinity: [cpu],
    });
    run('chrt', '-b', '-p', 0, pid);
    run('renice', '-n', 7, '-p', pid);
    expect(info()).toMatchObject({ schedulingClass: 'SCHED_BATCH', priority: 0, niceValue: 7 });
    run('chrt', '-i', '-p', 0, pid);
    expect(info()).toMatchObject({ schedulingClass: 'SCHED_IDLE', attributeChanges: 3 });
  });

  it('are looked at again and again, and each change is found', async () => {
    await using target = await spawnSleeper({ count: 1 });
    const { pid } = target;
    const intervalMs = 20;
    using monitor = new Monitor([pid], { attributesIntervalMs: intervalMs });
    const found = () => monitor.collector.metrics()['attribute_changes'] as number;
    const begins: number[] = [];
    for (let i = 1; i <= 13; i++) {
      begins.push(monitor.session.clock.nowNs());
      run('chrt', '-f', '-p', i, pid);
      // Found by the session's own looks: metrics do not look.
      await expect.poll(found, { interval: 5 }).toBe(i);
    }
    run('taskset', '-c', '-p', allowedCpus()[0]!, pid);
    const changes = monitor.collector.attributeChanges({ pid });
    expect(changes).toHaveLength(14);
    changes.slice(0, 13).forEach((change, i) => {
      expect(change).toMatchObject({
        tid: pid,
        comm: 'sleeper',
        changed: i === 0 ? ['policy', 'priority'] : ['priority'],
        before: { priority: i },
        after: { policy: 1, priority: i + 1 },
      });
      expect(change.timestampNs).toBeGreaterThan(begins[i]!);
      // It was made between two looks.
      expect(change.timestampNs - change.resolutionUs * 1e3).toBeLessThan(
        begins[i + 1] ?? Infinity,
      );
    });
    expect(changes[13]).toMatchObject({ changed: ['affinity'], after: { affinity: [0] } });
    expect(monitor.collector.attributeChanges({ limit: 1 })).toEqual(changes.slice(13));
    expect(monitor.collector.attributeChanges({ tid: 1 })).toEqual([]);
    expect(monitor.collector.metrics()).toMatchObject({ affinity_changes: 1 });
  });

  it('of threads that have ended stay as they were', async () => {
    await using target = await spawnChurn({ threads: 3, generations: 5, switches: 11 });
    using monitor = new Monitor([target.pid]);
    const report = await target.go();
    await target.quit();
    monitor.session.flush();
    const infos = monitor.collector.snapshot({ pid: target.pid });
    const tids = new Set(infos.map(({ tid }) => tid));
    expect(report.lives.every(({ tid }) => tids.has(tid))).toBe(true);
    expect(infos.length).toBeGreaterThanOrEqual(15);
    for (const { state, schedulingClass, sources } of infos) {
      expect(state).toBe('exited');
      // Short-lived threads may have come and gone between two looks.
      if (schedulingClass !== undefined) expect(schedulingClass).toBe('SCHED_OTHER');
      else
        expect(sources.schedulingClass).toMatchObject({ ok: false, remedy: 'ask while it runs' });
    }
  });

  it('answer after the close as they were then', async () => {
    await using target = await spawnSleeper({ count: 1 });
    const monitor = new Monitor([target.pid]);
    run('renice', '-n', 3, '-p', target.pid);
    monitor.session.close();
    run('renice', '-n', 9, '-p', target.pid);
    const [info] = monitor.collector.snapshot({ pid: target.pid });
    expect(info).toMatchObject({ niceValue: 3, attributeChanges: 1 });
    expect(monitor.collector.snapshot({ pid: target.pid })).toEqual([info]);
  });
});
