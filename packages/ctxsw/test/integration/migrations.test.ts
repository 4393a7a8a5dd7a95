import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import { needs, skipUnless, spawnMigrator, spawnSpinner } from '@hftmon/testkit';
import { Monitor } from '../support/monitor.js';

/** se.nr_migrations of a thread; `undefined` on a kernel without CONFIG_SCHED_DEBUG. */
function bookedMigrations(pid: number, tid: number): number | undefined {
  const path = `/proc/${pid}/task/${tid}/sched`;
  if (!existsSync(path)) return undefined;
  const match = /^se\.nr_migrations\s*:\s*(\d+)/m.exec(readFileSync(path, 'utf8'));
  return match === null ? undefined : Number(match[1]);
}

describe('migrations', () => {
  it('are as many as the thread made, and as the books say', async (context) => {
    skipUnless(context, needs.bpf, needs.cpus(2));
    await using migrator = await spawnMigrator({ count: 211 });
    using monitor = new Monitor([migrator.pid], RecordKind.Migrate);
    const tid = migrator.tids[0]!;
    const before = bookedMigrations(migrator.pid, tid);
    const report = await migrator.go();
    const after = bookedMigrations(migrator.pid, tid);
    monitor.session.flush();
    const { collector } = monitor;
    const { migrations } = collector.totals().find((thread) => thread.tid === tid)!;
    if (before !== undefined && after !== undefined) expect(migrations).toBe(after - before);
    expect(report.migrations).toBeGreaterThanOrEqual(210);
    expect(migrations).toBe(report.migrations);
    const listed = collector.migrations({ tid });
    expect(listed).toHaveLength(report.migrations);
    for (const { cpuFrom, cpuTo, pid, nodeFrom, nodeTo } of listed) {
      expect(cpuFrom).not.toBe(cpuTo);
      expect(pid).toBe(migrator.pid);
      expect(typeof nodeFrom).toBe(typeof nodeTo);
    }
    const counts = collector.migrationCounts();
    expect(counts.total).toBe(monitor.fate(RecordKind.Migrate).seen);
  });

  it('of a running thread are the reason why it left its CPU', async (context) => {
    skipUnless(context, needs.bpf, needs.cpus(2), needs.tool('taskset'));
    await using target = await spawnSpinner({ cpu: 1 });
    using monitor = new Monitor([target.pid], RecordKind.Migrate);
    const tid = target.tids[0]!;
    target.begin();
    await target.running();
    for (let i = 0; i < 53; i++) execFileSync('taskset', ['-pc', String(i % 2), String(tid)]);
    await target.stop();
    monitor.session.flush();
    expect(monitor.collector.migrations({ tid })).toHaveLength(53);
    // One that waited in the run queue at that moment had left it for another reason.
    const carried = monitor.collector
      .snapshot({ tid })
      .filter(({ preemptionReason }) => preemptionReason === 'migrated');
    expect(carried.length).toBeGreaterThan(0);
    // The kernel's thread of the CPU that it leaves takes it off and carries it over.
    for (const { switchedTo, cpuFrom, cpuTo, voluntary } of carried) {
      expect(switchedTo?.comm).toBe(`migration/${cpuFrom}`);
      expect(cpuTo).not.toBe(cpuFrom);
      expect(voluntary).toBe(false);
    }
  });
});
