import { describe, expect, it } from 'vitest';
import { needs, skipUnless, spawnNetload, spawnTlbshoot } from '@hftmon/testkit';
import { readTogether, type Reading } from '../support/books.js';
import { Monitor } from '../support/monitor.js';

const WINDOWS = 40;
const PACKETS = 10_007;
/** Sources that the workloads make work for, so that they must be met. */
const CAUSED = ['LOC 0', 'LOC 1', 'CAL 1', 'NET_RX 0'];

/** Counts of books and probes over a window, by source and CPU. */
function differences(
  before: Reading,
  after: Reading,
): Map<string, { books: number; probes: number }> {
  const changed = new Map<string, { books: number; probes: number }>();
  for (const [key, count] of after.books) {
    if (!before.books.has(key)) continue; // it never stood still
    const books = count - before.books.get(key)!;
    const probes = after.probes.get(key)! - before.probes.get(key)!;
    if (books > 0 || probes > 0) changed.set(key, { books, probes });
  }
  return changed;
}

/** TLB shootdowns have two rows of their own kind: calls (CAL) and what was flushed in them. */
const isCounted = (key: string): boolean => !/^(TLB|HYP|MCP|PMI|TRM|SPU|ERR|MIS) /.test(key);

describe('interrupts against the books of the kernel', () => {
  /*
   * A row is read, then the probes, then the row again, and taken when it did not change: both
   * counts are then of one moment. The books count at the begin of a handler and the probes at its
   * end, so at either edge of the window one handler may be under way: the difference is -1 to 1
   * there, and 0 unless another CPU is caught within a handler. A sandbox may hide what interrupts
   * its own tasks from all tracing; then a few are in the books alone. So each source must be
   * exactly equal in one of several windows, and never more than an edge above the books.
   */
  it('are equal for every source and CPU', async (context) => {
    skipUnless(context, needs.bpf, needs.cpus(2));
    const pending = new Set(CAUSED);
    const equal = new Set<string>();
    const sums = { books: 0, probes: 0 };
    using monitor = new Monitor([]);
    for (let window = 0; window < WINDOWS; window++) {
      if (pending.size === 0) break;
      await using net = await spawnNetload({ count: 1009, cpu: 0 });
      await using shoot = await spawnTlbshoot({ count: 211, cpu: 1, otherCpu: 0 });
      const before = readTogether(monitor, isCounted);
      await Promise.all([net.go(), shoot.go()]);
      const after = readTogether(monitor, isCounted);
      for (const [key, { books, probes }] of differences(before, after)) {
        expect(probes, `${key} in the books: ${books}`).toBeLessThanOrEqual(books + 1);
        sums.books += books;
        sums.probes += probes;
        if (books === probes) equal.add(key);
        else pending.add(key);
      }
      for (const key of equal) pending.delete(key);
    }
    expect([...pending], 'never equal').toEqual([]);
    expect(sums.books).toBeGreaterThan(1009);
    expect(sums.probes).toBeGreaterThan(0.95 * sums.books);
  });

  it('count a prime number of packets', async (context) => {
    skipUnless(context, needs.bpf);
    // Every packet raises it and runs it at once. But a device may have raised it at that moment,
    // and a CPU with much of it to do leaves it to its ksoftirqd: then one run is for several.
    const atOnce: number[] = [];
    const isMost = (count: number): boolean => count > 0.99 * PACKETS;
    for (let window = 0; window < 10 && !atOnce.some(isMost); window++) {
      await using net = await spawnNetload({ count: PACKETS, cpu: 0 });
      const rooms = { historyRecords: 1 << 17, kernelRecordsPerCpu: 1 << 16 };
      using monitor = new Monitor([net.pid], rooms);
      const isNetRx = (key: string): boolean => key === 'NET_RX 0';
      const before = readTogether(monitor, isNetRx);
      const { sent, received } = await net.go();
      const after = readTogether(monitor, isNetRx);
      expect({ sent, received }).toEqual({ sent: PACKETS, received: PACKETS });
      const difference = differences(before, after).get('NET_RX 0');
      if (difference === undefined) continue; // others never let the row stand still
      const { books, probes } = difference;
      expect(Math.abs(books - probes)).toBeLessThanOrEqual(1);
      monitor.session.flush();
      const own = monitor.collector
        .snapshot({ tid: net.tids[0]!, type: 'softirq' })
        .filter(({ source }) => source === 'NET_RX')
        .filter(({ raisedBy }) => raisedBy?.tid === net.tids[0]);
      for (const { cpu, deferredUs, netUs, durationUs, raisedBy } of own) {
        expect({ cpu, comm: raisedBy?.comm }).toEqual({ cpu: 0, comm: 'netload' });
        expect(deferredUs).toBeGreaterThanOrEqual(0);
        expect(netUs).toBeLessThanOrEqual(durationUs);
      }
      expect(own.length).toBeLessThanOrEqual(probes);
      atOnce.push(own.filter(({ inKsoftirqd }) => !inKsoftirqd).length);
    }
    expect(atOnce.some(isMost), atOnce.join()).toBe(true);
  });

  it('are accounted for: seen is emitted, filtered and dropped', async (context) => {
    skipUnless(context, needs.bpf, needs.cpus(2));
    await using net = await spawnNetload({ count: 1009, cpu: 0 });
    await using shoot = await spawnTlbshoot({ count: 211, cpu: 1, otherCpu: 0 });
    const rooms = { historyRecords: 1 << 17, kernelRecordsPerCpu: 1 << 16 };
    using monitor = new Monitor([net.pid, shoot.pid], rooms);
    await Promise.all([net.go(), shoot.go()]);
    // Totals and losses are of one moment once the gate is shut.
    monitor.session.stop();
    const { byKind, byCpu } = monitor.session.losses();
    for (const { seen, emitted, filtered, dropped } of [...byKind.values(), ...byCpu]) {
      expect(seen).toBe(emitted + filtered + dropped);
    }
    expect(monitor.session.losses().dropped).toBe(0);
    const { sources } = monitor.collector.totals();
    const seen = [...byKind].reduce(
      (sum, [kind, counts]) => sum + (kind >= 7 && kind <= 10 ? counts.seen : 0),
      0,
    );
    expect(sources.reduce((sum, { count }) => sum + count, 0)).toBe(seen);
    const listed = monitor.collector.snapshot();
    for (const { cpu, irqType, irqNumber, targetCount } of sources) {
      const same = listed.filter(
        (info) =>
          info.cpu === cpu &&
          info.irqType === irqType &&
          info.irqNumber === irqNumber &&
          info.interruptedTarget,
      );
      expect(same).toHaveLength(targetCount);
    }
    for (const info of listed) expect(info.interruptedTarget || info.targetWaiting).toBe(true);
  });
});
