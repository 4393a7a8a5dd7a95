import { describe, expect, it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import {
  needs,
  readSwitches,
  skipUnless,
  spawnChurn,
  spawnPingpong,
  switchesDelta,
} from '@hftmon/testkit';
import type { ThreadSwitchTotals } from '../../src/index.js';
import { Monitor } from '../support/monitor.js';

const HOPS = 1_000_003;

function switches({ voluntarySwitches, involuntarySwitches }: ThreadSwitchTotals): number {
  return voluntarySwitches + involuntarySwitches;
}

function sum(totals: readonly ThreadSwitchTotals[]): number {
  return totals.reduce((all, thread) => all + switches(thread), 0);
}

describe('switches against the books of the kernel', () => {
  it('are equal over a million, with threads coming and going', async (context) => {
    skipUnless(context, needs.bpf);
    await using game = await spawnPingpong({ hops: HOPS, limitS: 280 });
    await using churn = await spawnChurn({ threads: 4, generations: 5, switches: 1009 });
    const pids = [game.pid, churn.pid];
    using monitor = new Monitor(pids, RecordKind.Switch);
    const before = pids.map((pid) => readSwitches(pid));
    const [, lives] = await Promise.all([game.go(), churn.go()]);
    pids.forEach((pid, i) => {
      const totals = new Map(monitor.collector.totals(pid).map((thread) => [thread.tid, thread]));
      for (const [tid, books] of switchesDelta(before[i]!, readSwitches(pid))) {
        expect(totals.get(tid)).toMatchObject({
          voluntarySwitches: books.voluntary,
          involuntarySwitches: books.involuntary,
        });
      }
    });
    const ended = monitor.collector.totals(churn.pid).filter(({ tid }) => tid !== churn.pid);
    expect(ended.map(({ tid }) => tid).sort()).toEqual(lives.lives.map(({ tid }) => tid).sort());
    for (const { tid, usage } of lives.lives) {
      const totals = ended.find((thread) => thread.tid === tid)!;
      expect(totals.state).toBe('exited');
      // One more: its very last switch, after it looked.
      expect(totals.voluntarySwitches).toBe(usage.voluntary + 1);
      expect(usage.voluntary).toBe(1009);
      expect(totals.involuntarySwitches).toBeGreaterThanOrEqual(usage.involuntary);
    }
    const total = sum(monitor.collector.totals());
    expect(total).toBeGreaterThanOrEqual(1_000_000);
    // Threads that sleep at both ends, or live in between, come back as often as they leave: the
    // probes counted each return by themselves, and the kernel each departure.
    expect(monitor.fate(RecordKind.Switch).seen).toBe(total);
  });

  it('are as many as the records of each thread, when none is lost', async (context) => {
    skipUnless(context, needs.bpf);
    await using game = await spawnPingpong({ hops: 50_021 });
    await using churn = await spawnChurn({ threads: 3, generations: 4, switches: 211 });
    const pids = [game.pid, churn.pid];
    const options = { kernelRecordsPerCpu: 1 << 17, historyRecords: 1 << 19 };
    using monitor = new Monitor(pids, RecordKind.Switch, options);
    await Promise.all([game.go(), churn.go()]);
    monitor.session.flush();
    expect(monitor.session.lostRecords).toBe(0);
    expect(monitor.fate(RecordKind.Switch)).toMatchObject({ filtered: 0, dropped: 0 });
    const totals = monitor.collector.totals();
    expect(totals.length).toBe(1 + 2 + 1 + 12);
    const counted = new Map(
      totals.map((thread) => [thread.tid, switches(thread)] as const).filter(([, n]) => n > 0),
    );
    expect(monitor.delivered).toEqual(counted);
    const listed = monitor.collector.snapshot();
    expect(listed).toHaveLength(sum(totals));
    for (const pid of pids) {
      const of = totals.filter((thread) => thread.pid === pid);
      expect(monitor.collector.snapshot({ pid })).toHaveLength(sum(of));
    }
    for (const { tid, voluntarySwitches } of totals) {
      // A new thread's first run ends no switch of its own; its last switch has no return.
      const own = listed.filter((info) => info.tid === tid);
      const born = own.some(({ newThread }) => newThread) ? 1 : 0;
      const incomplete = own.filter((info) => info.incomplete).length;
      const left = own.filter((info) => info.voluntary && !info.incomplete && !info.newThread);
      expect(left.length).toBe(voluntarySwitches - born - incomplete);
    }
  });
});
