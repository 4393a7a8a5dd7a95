import { describe, expect, it } from 'vitest';
import { RecordKind, type EventSourceOptions } from '@hftmon/core';
import {
  needs,
  readSwitches,
  skipUnless,
  spawnChurn,
  spawnPingpong,
  switchesDelta,
} from '@hftmon/testkit';
import { Monitor } from '../support/monitor.js';

const HOPS = 100_003;

/** A game and some churn under these options; all that happened is accounted for. */
async function play(options: EventSourceOptions, check: (monitor: Monitor) => void): Promise<void> {
  await using game = await spawnPingpong({ hops: HOPS });
  await using churn = await spawnChurn({ threads: 2, generations: 3, switches: 101 });
  using monitor = new Monitor([game.pid, churn.pid], RecordKind.Switch, options);
  const before = readSwitches(game.pid);
  const [report] = await Promise.all([game.go(), churn.go()]);
  // The target is unharmed, and its totals exact, whatever happened to the details.
  expect(report.hops).toBe(HOPS);
  const books = switchesDelta(before, readSwitches(game.pid));
  for (const { tid, voluntarySwitches, involuntarySwitches } of monitor.collector.totals(
    game.pid,
  )) {
    expect(books.get(tid)).toEqual({
      voluntary: voluntarySwitches,
      involuntary: involuntarySwitches,
    });
  }
  monitor.session.flush();
  const { byKind, byCpu, ...all } = monitor.session.losses();
  for (const { seen, emitted, filtered, dropped } of [...byKind.values(), ...byCpu, all]) {
    expect(seen).toBe(emitted + filtered + dropped);
  }
  for (const field of ['seen', 'emitted', 'filtered', 'dropped'] as const) {
    expect([...byKind.values()].reduce((sum, counts) => sum + counts[field], 0)).toBe(all[field]);
    expect(byCpu.reduce((sum, counts) => sum + counts[field], 0)).toBe(all[field]);
  }
  const delivered = [...monitor.delivered.values()].reduce((sum, count) => sum + count, 0);
  const { emitted } = monitor.fate(RecordKind.Switch);
  if (monitor.session.lostRecords === 0) expect(delivered).toBe(emitted);
  else expect(delivered).toBeLessThanOrEqual(emitted);
  const stats = monitor.session.stats().find(({ name }) => name === 'ctxsw')!;
  expect(stats.records + stats.lostRecords).toBe(all.emitted);
  check(monitor);
}

describe('every event is emitted, filtered or dropped, and counted', () => {
  it('without filters', async (context) => {
    skipUnless(context, needs.bpf);
    await play({}, (monitor) => {
      expect(monitor.fate(RecordKind.Switch).filtered).toBe(0);
      expect(monitor.fate(RecordKind.Switch).emitted).toBeGreaterThan(HOPS / 2);
    });
  });

  it('with filters', async (context) => {
    skipUnless(context, needs.bpf);
    const minDurationNs = { [RecordKind.Switch]: 100_000, [RecordKind.Ran]: 1e9 };
    await play({ minDurationNs }, (monitor) => {
      expect(monitor.fate(RecordKind.Switch).filtered).toBeGreaterThan(HOPS / 2);
      expect(monitor.fate(RecordKind.Ran)).toMatchObject({ emitted: 0, dropped: 0 });
      expect(monitor.collector.snapshot().every(({ durationUs }) => durationUs >= 100)).toBe(true);
    });
  });

  it('when the rings are far too small', async (context) => {
    skipUnless(context, needs.bpf);
    const options = { kernelRecordsPerCpu: 64, historyRecords: 512, pollIntervalNs: 1e9 };
    await play(options, (monitor) => {
      expect(monitor.fate(RecordKind.Switch).dropped).toBeGreaterThan(HOPS / 2);
      expect(monitor.collector.snapshot().length).toBeLessThanOrEqual(512);
    });
  });
});
