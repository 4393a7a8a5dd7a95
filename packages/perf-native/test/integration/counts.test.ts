import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  RecordKind,
  SwitchFlag,
  switchFlags,
  switchNextTid,
  switchPreviousTid,
  switchWakerTid,
  threadExitInvoluntarySwitches,
  threadExitVoluntarySwitches,
  threadStartPid,
  type ThreadTotals,
} from '@hftmon/core';
import {
  needs,
  readSwitches,
  skipUnless,
  spawnChurn,
  spawnForker,
  spawnPingpong,
  spawnSleeper,
  spawnSpinner,
  switchesDelta,
  type SwitchCounts,
  type Workload,
} from '@hftmon/testkit';
import { CPU, MEMORY } from '../../src/layout.js';
import { ALL_KINDS, Monitor } from '../support/monitor.js';

beforeEach((context) => skipUnless(context, needs.bpf));

function switchesOf(totals: ThreadTotals): SwitchCounts {
  const { voluntarySwitches: voluntary, involuntarySwitches: involuntary } = totals;
  return { voluntary, involuntary };
}

function byTid(totals: readonly ThreadTotals[]): Map<number, SwitchCounts> {
  return new Map(totals.map((each) => [each.tid, switchesOf(each)]));
}

function sum(counts: Iterable<SwitchCounts>): number {
  return [...counts].reduce(
    (total, { voluntary, involuntary }) => total + voluntary + involuntary,
    0,
  );
}

/** Lets a workload work, and looks at records and threads all the while, as a session does. */
async function goReading(target: Workload, monitor: Monitor): Promise<void> {
  const report = target.go().then(() => (running = false));
  let running = true;
  while (running) {
    await Promise.race([report, sleep(5)]);
    monitor.read();
    monitor.reap();
  }
}

describe('switches of a sleeper', () => {
  it('are those that the kernel counted, each with a record', async () => {
    await using target = await spawnSleeper({ count: 211, sleepUs: 200 });
    using monitor = Monitor.start(ALL_KINDS, [target.pid]);
    const before = readSwitches(target.pid);
    const report = await target.go();
    const books = switchesDelta(before, readSwitches(target.pid));
    expect(byTid(monitor.source.totals(target.pid))).toEqual(books);
    expect(books.get(target.pid)?.voluntary).toBe(211 + 1);

    monitor.read();
    const switches = monitor.of(RecordKind.Switch, target.pid);
    // A record when it comes back: it has left once more, for good, and came back for "go".
    expect(switches).toHaveLength(sum(books.values()));
    expect(monitor.counts(RecordKind.Switch).seen).toBe(switches.length);
    const voluntary = switches.filter(({ u32 }) => switchFlags(u32, 0) & SwitchFlag.Voluntary);
    expect(voluntary).toHaveLength(books.get(target.pid)!.voluntary);
    // Every sleep lies in one of them, from before the call's end to the deadline at least.
    const epoch = Number(monitor.source.epochMonotonicNs);
    for (const { startNs, endNs, deadlineNs } of report.sleeps) {
      const inside = voluntary.filter(
        (record) =>
          record.startNs + epoch >= startNs && record.startNs + epoch + record.durationNs <= endNs,
      );
      expect(inside).toHaveLength(1);
      expect(inside[0]!.startNs + epoch + inside[0]!.durationNs).toBeGreaterThanOrEqual(deadlineNs);
    }
  });
});

describe('switches of a pair that hands a turn over', () => {
  it.each(['futex', 'pipe'] as const)('by %s are those that the kernel counted', async (via) => {
    await using target = await spawnPingpong({ hops: 50_021, via });
    using monitor = Monitor.start([RecordKind.Switch, RecordKind.Ran], [target.pid]);
    let records = 0;
    let wokenByOther = 0;
    let wokenElse = 0;
    monitor.onRecord = ({ kind, u32, tid }) => {
      if (kind !== RecordKind.Switch || !target.tids.includes(tid)) return;
      records++;
      const flags = switchFlags(u32, 0);
      if (!(flags & SwitchFlag.Voluntary) || flags & SwitchFlag.WokenByInterrupt) return;
      const other = target.tids.find((each) => each !== tid);
      if (switchWakerTid(u32, 0) === other) wokenByOther++;
      else wokenElse++;
    };
    const before = readSwitches(target.pid);
    await goReading(target, monitor);
    const books = switchesDelta(before, readSwitches(target.pid));
    monitor.read();
    expect(byTid(monitor.source.totals(target.pid))).toEqual(books);
    expect(monitor.lost).toBe(0);
    const { seen, dropped, filtered } = monitor.counts(RecordKind.Switch);
    expect({ seen, dropped, filtered }).toEqual({
      seen: sum(books.values()),
      dropped: 0,
      filtered: 0,
    });
    const pair = target.tids.map((tid) => books.get(tid)!);
    expect(records).toBe(sum(pair));
    // The two wake each other, but for their start: the leader does that.
    const voluntary = pair.reduce((total, each) => total + each.voluntary, 0);
    expect(wokenElse).toBeLessThan(10);
    expect(wokenByOther).toBeGreaterThan(voluntary / 2);
  });
});

describe('threads that come and go', () => {
  it('are counted to the last switch', async () => {
    await using target = await spawnChurn({ threads: 7, generations: 29, switches: 101 });
    using monitor = Monitor.start(ALL_KINDS, [target.pid]);
    const before = readSwitches(target.pid);
    const report = await target.go();
    const main = switchesDelta(before, readSwitches(target.pid)).get(target.pid)!;
    monitor.reap();
    monitor.read();
    const totals = monitor.source.totals(target.pid);
    expect(totals).toHaveLength(7 * 29 + 1);
    expect(monitor.of(RecordKind.ThreadStart)).toHaveLength(7 * 29);

    // Each thread is met by its tid and by when it lived: tids may be used again.
    const exits = monitor.of(RecordKind.ThreadExit);
    expect(exits).toHaveLength(7 * 29);
    const epoch = Number(monitor.source.epochMonotonicNs);
    for (const life of report.lives) {
      const exit = exits.find(
        ({ tid, startNs }) => tid === life.tid && startNs + epoch >= life.endNs,
      )!;
      const voluntary = threadExitVoluntarySwitches(exit.u32, 0);
      // After its own look at its count it has one more, its last; it may be preempted before.
      expect(voluntary).toBe(life.usage.voluntary + 1);
      expect(threadExitInvoluntarySwitches(exit.u32, 0)).toBeGreaterThanOrEqual(
        life.usage.involuntary,
      );
    }
    // Their totals are what the kernel said at their ends.
    const key = (tid: number, { voluntary, involuntary }: SwitchCounts) =>
      `${tid}: ${voluntary} ${involuntary}`;
    const said = exits.map(({ tid, u32 }) =>
      key(tid, {
        voluntary: threadExitVoluntarySwitches(u32, 0),
        involuntary: threadExitInvoluntarySwitches(u32, 0),
      }),
    );
    const ended = totals.filter(({ state }) => state === 'exited');
    expect(ended.map((each) => key(each.tid, switchesOf(each))).sort()).toEqual(said.sort());

    const all = totals.reduce(
      (total, each) => ({
        voluntary: total.voluntary + each.voluntarySwitches,
        involuntary: total.involuntary + each.involuntarySwitches,
      }),
      { voluntary: 0, involuntary: 0 },
    );
    const live = totals.find(({ tid }) => tid === target.pid)!;
    expect(switchesOf(live)).toEqual(main);
    // A switch record for each time that a thread got a CPU: as often as it left one.
    expect(monitor.counts(RecordKind.Switch).seen).toBe(all.voluntary + all.involuntary);
  });

  it('may be more than there are slots, and memory stays bounded', async () => {
    await using target = await spawnChurn({
      threads: 64,
      generations: 151,
      switches: 1,
    });
    using monitor = Monitor.start([RecordKind.ThreadExit], [target.pid]);
    let exits = 0;
    let voluntary = 0;
    monitor.onRecord = ({ kind, u32 }) => {
      if (kind !== RecordKind.ThreadExit) return;
      exits++;
      voluntary += threadExitVoluntarySwitches(u32, 0);
    };
    await goReading(target, monitor);
    expect(monitor.source.losses().untrackedThreads).toBe(0);
    expect(exits).toBe(64 * 151);
    const totals = monitor.source.totals(target.pid);
    // The latest ended ones, one for all before, and the leader.
    expect(totals).toHaveLength(1024 + 1);
    const ended = totals.filter(({ state }) => state === 'exited');
    expect(ended.reduce((n, each) => n + each.voluntarySwitches, 0)).toBe(voluntary);
  });
});

describe('children', () => {
  it('are followed with their threads when asked for', async () => {
    await using target = await spawnForker({ children: 11, threads: 3, lifeMs: 2 });
    using monitor = Monitor.start([RecordKind.Switch, RecordKind.ThreadStart], [target.pid], {
      followChildren: true,
    });
    const report = await target.go();
    monitor.reap();
    monitor.read();
    const starts = monitor.of(RecordKind.ThreadStart);
    expect(starts).toHaveLength(11 * 4);
    for (const child of report.children) {
      const own = starts.filter(({ u32 }) => threadStartPid(u32, 0) === child.pid);
      expect(own.map(({ tid }) => tid).sort()).toEqual([child.pid, ...child.tids].sort());
      const totals = monitor.source.totals(child.pid);
      expect(totals.map(({ tid }) => tid).sort()).toEqual([child.pid, ...child.tids].sort());
      expect(totals.every(({ state }) => state === 'exited')).toBe(true);
    }
  });

  it('are left alone otherwise', async () => {
    await using target = await spawnForker({ children: 5, threads: 3, lifeMs: 2 });
    using monitor = Monitor.start([RecordKind.Switch, RecordKind.ThreadStart], [target.pid]);
    await target.go();
    monitor.read();
    expect(monitor.of(RecordKind.ThreadStart)).toEqual([]);
    const tids = new Set(monitor.of(RecordKind.Switch).map(({ tid }) => tid));
    expect([...tids]).toEqual([target.pid]);
  });
});

describe('tasks that records refer to', () => {
  it.each([true, false])('are known when the record arrives (busy pump: %s)', async (busy) => {
    await using target = await spawnChurn({ threads: 16, generations: 40, switches: 40 });
    using monitor = Monitor.start(ALL_KINDS, [target.pid], { busy });
    // The idle task needs no name, and those that ran at attach were introduced then.
    const told = new Set([0, ...target.tids]);
    const unknown: string[] = [];
    monitor.onRecord = ({ kind, u32, tid }) => {
      if (kind === RecordKind.Task) told.add(tid);
      const expectTold = (what: string, other: number) => {
        if (!told.has(other)) unknown.push(`${what} ${other}`);
      };
      if (kind === RecordKind.Ran) expectTold('ran', tid);
      if (kind !== RecordKind.Switch) return;
      const flags = switchFlags(u32, 0);
      expectTold('previous', switchPreviousTid(u32, 0));
      expectTold('waker', switchWakerTid(u32, 0));
      if (!(flags & (SwitchFlag.First | SwitchFlag.NewThread))) {
        expectTold('next', switchNextTid(u32, 0));
      }
    };
    await target.go();
    monitor.read();
    expect(unknown).toEqual([]);
    expect(monitor.source.tasks.lookup(target.pid)).toMatchObject({ comm: 'churn' });
  });
});

describe('waits in the run queues', () => {
  /** Target threads that each CPU thinks wait for it. */
  function waiting(monitor: Monitor): number[] {
    const cpus = new Uint32Array(monitor.native.memory(MEMORY.cpus));
    const counts: number[] = [];
    for (let at = CPU.pending; at < cpus.length * 4; at += CPU.bytes) counts.push(cpus[at / 4]!);
    return counts;
  }

  it('are over when the targets are quiet', async () => {
    await using pingpong = await spawnPingpong({ hops: 20_011 });
    await using churn = await spawnChurn({ threads: 16, generations: 30, switches: 30 });
    using monitor = Monitor.start(ALL_KINDS, [pingpong.pid, churn.pid]);
    await Promise.all([goReading(pingpong, monitor), goReading(churn, monitor)]);
    expect(waiting(monitor).every((count) => count === 0)).toBe(true);
  });

  it('are over for threads that were let go while they waited', async () => {
    await using pingpong = await spawnPingpong({ hops: 300_007, cpu: 0 });
    await using spinner = await spawnSpinner({ cpu: 0 });
    await using churn = await spawnChurn({ threads: 16, generations: 30, switches: 30, cpu: 0 });
    using monitor = Monitor.start(ALL_KINDS, []);
    const targets = [pingpong, churn, spinner];
    for (const target of targets) target.begin();
    await spinner.running();
    let waited = 0;
    for (let i = 0; i < 60; i++) {
      for (const { pid } of targets) monitor.source.attach(pid);
      await sleep(2);
      // With a thread that never sleeps on their CPU, others wait at about every moment.
      waited = Math.max(waited, ...waiting(monitor));
      for (const { pid } of targets) monitor.source.detach(pid);
      monitor.reap();
      monitor.read();
    }
    for (let i = 0; i < 3; i++) monitor.reap();
    expect(waited).toBeGreaterThan(0);
    expect(waiting(monitor).every((count) => count === 0)).toBe(true);
  });
});
