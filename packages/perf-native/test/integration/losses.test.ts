import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  BroadcastCursor,
  COMMIT_WORD,
  RECORD_WORDS,
  RecordKind,
  hardIrqNetNs,
  isKernelKind,
  softirqNetNs,
  switchPreviousTid,
  vectorNetNs,
} from '@hftmon/core';
import {
  SequenceVerifier,
  needs,
  readSwitches,
  skipUnless,
  spawnChurn,
  spawnNetload,
  spawnPingpong,
  spawnSleeper,
  spawnSpinner,
  switchesDelta,
  writeSequenceRecord,
} from '@hftmon/testkit';
import { KernelEventSource } from '../../src/index.js';
import { ALL_KINDS, Monitor } from '../support/monitor.js';
import { rawCounts } from '../support/raw-counts.js';

beforeEach((context) => skipUnless(context, needs.bpf));

/** Every event has one fate, per CPU and kind. */
function expectAccounts(monitor: Monitor): void {
  const accounts = rawCounts(monitor.native);
  expect(accounts.length).toBeGreaterThan(0);
  for (const account of accounts) {
    const { emitted, filtered, dropped } = account;
    expect(account).toMatchObject({ seen: emitted + filtered + dropped });
  }
}

const TIMED = [
  RecordKind.Switch,
  RecordKind.Ran,
  RecordKind.HardIrq,
  RecordKind.Softirq,
  RecordKind.Vector,
  RecordKind.Fault,
  RecordKind.Syscall,
] as const;

describe('the shortest duration of a kind', () => {
  it('keeps shorter events out of the stream but in the counts', async () => {
    await using target = await spawnNetload({ count: 499 });
    const least = new Map(TIMED.map((kind) => [kind, 2_000 + kind * 100]));
    using monitor = Monitor.start(ALL_KINDS, [target.pid], {
      minDurationNs: Object.fromEntries(least),
    });
    const before = readSwitches(target.pid);
    await target.go();
    const books = switchesDelta(before, readSwitches(target.pid));
    monitor.stop();
    expectAccounts(monitor);
    for (const [kind, ns] of least) {
      const records = monitor.of(kind);
      const { seen, emitted, filtered } = monitor.counts(kind);
      expect(emitted).toBe(records.length);
      expect(records.filter(({ durationNs }) => durationNs < ns)).toEqual([]);
      expect(filtered).toBe(seen - emitted);
    }
    // The workload makes plenty of these, whatever else happens.
    for (const kind of [RecordKind.Softirq, RecordKind.Syscall]) {
      expect(monitor.counts(kind).filtered).toBeGreaterThan(0);
    }
    // Totals know no filter.
    for (const { tid, voluntarySwitches, involuntarySwitches } of monitor.source.totals(
      target.pid,
    )) {
      expect({ voluntary: voluntarySwitches, involuntary: involuntarySwitches }).toEqual(
        books.get(tid),
      );
    }
  });

  it.each(TIMED)('may be longer than any event of kind %i', async (kind) => {
    await using target = await spawnSleeper({ count: 5 });
    using monitor = Monitor.start(ALL_KINDS, [target.pid], {
      minDurationNs: { [kind]: Number.MAX_SAFE_INTEGER },
    });
    await target.go();
    monitor.stop();
    expect(monitor.of(kind)).toEqual([]);
    const { seen, filtered } = monitor.counts(kind);
    expect(filtered).toBe(seen);
    expectAccounts(monitor);
  });
});

describe('more records than the kernel rings hold', () => {
  it('are dropped and counted, and the target never notices', async () => {
    await using target = await spawnPingpong({ hops: 20_011 });
    using monitor = Monitor.start(ALL_KINDS, [target.pid], {
      kernelRecordsPerCpu: 32,
      pollIntervalNs: 1e9,
    });
    const before = readSwitches(target.pid);
    const report = await target.go();
    const books = switchesDelta(before, readSwitches(target.pid));
    monitor.stop();
    expect(report.hops).toBe(20_011);
    expectAccounts(monitor);
    const { seen, dropped } = monitor.counts(RecordKind.Switch);
    expect(dropped).toBeGreaterThan(seen / 2);

    let switches = 0;
    for (const each of monitor.source.totals(target.pid)) {
      const { voluntarySwitches: voluntary, involuntarySwitches: involuntary } = each;
      expect({ voluntary, involuntary }).toEqual(books.get(each.tid));
      switches += voluntary + involuntary;
    }
    expect(seen).toBe(switches);

    // What came is whole: all that was emitted, nothing twice, each CPU's in the order of events.
    const losses = monitor.source.losses();
    const { emitted } = losses;
    expect(monitor.source.dropped()).toBe(losses.dropped);
    expect(monitor.records).toHaveLength(emitted);
    expect(monitor.source.pumpStats().records).toBe(emitted);
    const latest = new Map<number, number>();
    for (const { kind, cpu, tid, startNs, durationNs, u32 } of monitor.records) {
      expect(isKernelKind(kind as RecordKind)).toBe(true);
      expect(durationNs).toBeGreaterThanOrEqual(0);
      if (kind !== RecordKind.Switch) continue;
      expect(books.has(tid)).toBe(true);
      expect(switchPreviousTid(u32, 0)).not.toBe(tid);
      // Switches of a CPU follow one another; those noticed late are none of its own.
      expect(startNs + durationNs).toBeGreaterThanOrEqual(latest.get(tid) ?? 0);
      latest.set(tid, startNs + durationNs);
      expect(cpu).toBeLessThan(64);
    }
  });

  it('make no difference to threads that come and go', async () => {
    await using target = await spawnChurn({ threads: 8, generations: 20, switches: 101 });
    using monitor = Monitor.start(ALL_KINDS, [target.pid], {
      kernelRecordsPerCpu: 32,
      pollIntervalNs: 50_000_000,
    });
    const report = await target.go();
    monitor.stop();
    monitor.reap();
    expectAccounts(monitor);
    expect(monitor.counts(RecordKind.Switch).dropped).toBeGreaterThan(0);
    const exited = monitor.source.totals(target.pid).filter(({ state }) => state === 'exited');
    expect(exited).toHaveLength(8 * 20);
    const voluntary = exited.reduce((sum, each) => sum + each.voluntarySwitches, 0);
    expect(voluntary).toBe(report.lives.reduce((n, { usage }) => n + usage.voluntary + 1, 0));
  });
});

describe('the history ring', () => {
  it.each([16, 64, 512])('of %i records tells a slow reader what it lost', async (size) => {
    await using target = await spawnPingpong({ hops: 30_011 });
    using monitor = Monitor.start(ALL_KINDS, [target.pid], {
      historyRecords: size,
      pollIntervalNs: 100_000,
    });
    const cursor = new BroadcastCursor(monitor.source.ring, { from: 'oldest' });
    let received = 0;
    const check = () => {
      while (cursor.poll() > 0) {
        const { u32, count, firstSequence } = cursor.batch;
        for (let i = 0; i < count; i++) {
          const commit = u32[i * RECORD_WORDS + COMMIT_WORD];
          if (commit !== (firstSequence + i + 1) >>> 0) throw new Error(`torn: ${commit}`);
        }
        received += count;
      }
    };
    let running = true;
    const report = target.go().then(() => (running = false));
    while (running) {
      check();
      await Promise.race([report, sleep(10)]);
    }
    monitor.source.stop();
    check();
    expect(received + cursor.lost).toBe(monitor.source.pumpStats().records);
    expect(monitor.source.pumpStats().records).toBe(monitor.source.losses().emitted);
    expect(received).toBeGreaterThan(0);
    expect(cursor.lost).toBeGreaterThan(0);
  });

  it('hands out no torn record while the pump writes over what is read', async () => {
    const source = new KernelEventSource();
    source.open(new Set([RecordKind.Signal]), { historyRecords: 256, busy: true });
    try {
      const cursor = new BroadcastCursor(source.ring, { from: 'oldest', batchRecords: 64 });
      source.start();
      const verifier = new SequenceVerifier();
      const { writer } = source;
      let written = 0;
      const end = Date.now() + 1500;
      while (Date.now() < end || cursor.lost < 1000) {
        // Bursts that lap the ring many times, read while the pump moves them.
        for (let i = 0; i < 2048; i++) {
          const base = writer.claim();
          if (base < 0) break;
          writeSequenceRecord(writer.u32, writer.f64, base, written++);
          writer.commit();
          if (i % 8 === 0 && cursor.poll() > 0) verifier.check(cursor.batch);
        }
        while (cursor.poll() > 0) verifier.check(cursor.batch);
      }
      source.flush();
      while (cursor.poll() > 0) verifier.check(cursor.batch);
      verifier.assertGood();
      expect(written).toBeGreaterThan(100 * 256);
      expect(verifier.seen + cursor.lost).toBe(written);
      expect(verifier.seen).toBeGreaterThan(0);
    } finally {
      source.close();
    }
  });
});

describe('interrupt totals', () => {
  it('never shrink, and fit into the time that there was', async () => {
    await using target = await spawnSpinner({ cpu: 0 });
    await using load = await spawnNetload({ count: 5003, gapUs: 5, cpu: 0 });
    using monitor = Monitor.start(ALL_KINDS, [target.pid]);
    const start = process.hrtime.bigint();
    target.begin();
    await target.running();
    const loaded = load.go();
    const key = (type: string, { cpu, number }: { cpu: number; number: number }) =>
      `${type} ${number} on CPU ${cpu}`;
    const latest = new Map<string, { count: number; ns: number; maxNs: number }>();
    for (let i = 0; i < 30; i++) {
      await sleep(3);
      const { hardIrqs, softirqs, vectors, nmis, tlbFlushes } = monitor.source.interruptTotals();
      for (const [type, list] of Object.entries({
        hardIrqs,
        softirqs,
        vectors,
        nmis,
        tlbFlushes,
      })) {
        for (const each of list ?? []) {
          const before = latest.get(key(type, each)) ?? { count: 0, ns: 0, maxNs: 0 };
          expect(each.count).toBeGreaterThanOrEqual(before.count);
          expect(each.ns).toBeGreaterThanOrEqual(before.ns);
          expect(each.maxNs).toBeGreaterThanOrEqual(before.maxNs);
          expect(each.targetCount).toBeLessThanOrEqual(each.count);
          expect(each.targetNs).toBeLessThanOrEqual(each.ns);
          latest.set(key(type, each), each);
        }
      }
    }
    await loaded;
    // The tick comes some time, how little ever of the CPU is left to the thread.
    const interrupted = () => {
      monitor.read();
      return monitor.of(RecordKind.Vector, target.tids[0]).length;
    };
    await expect.poll(interrupted).toBeGreaterThan(0);
    await target.stop();
    monitor.stop();
    const elapsed = Number(process.hrtime.bigint() - start);
    const { hardIrqs, softirqs, vectors, nmis } = monitor.source.interruptTotals();
    const perCpu = new Map<number, number>();
    for (const { cpu, ns, count, maxNs } of [...hardIrqs, ...softirqs, ...vectors, ...nmis]) {
      perCpu.set(cpu, (perCpu.get(cpu) ?? 0) + ns);
      expect(maxNs * count).toBeGreaterThanOrEqual(ns);
    }
    expect(perCpu.size).toBeGreaterThan(0);
    for (const ns of perCpu.values()) expect(ns).toBeLessThanOrEqual(elapsed);

    const net = [
      [RecordKind.HardIrq, hardIrqNetNs],
      [RecordKind.Softirq, softirqNetNs],
      [RecordKind.Vector, vectorNetNs],
    ] as const;
    for (const [kind, netOf] of net) {
      const wrong = monitor.of(kind).filter(({ durationNs, u32 }) => netOf(u32, 0) > durationNs);
      expect(wrong).toEqual([]);
    }
    // What the thread lost to interrupts is among what its CPU lost.
    const totals = monitor.source.totals(target.pid).find(({ tid }) => tid === target.tids[0]);
    const stolen = totals!.irqNs! + totals!.softirqNs! + totals!.vectorNs!;
    expect(stolen).toBeLessThanOrEqual([...perCpu.values()].reduce((a, b) => a + b, 0));
    expect(stolen).toBeLessThanOrEqual(totals!.onCpuNs);
    expectAccounts(monitor);
  });
});
