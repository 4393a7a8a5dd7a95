import { describe, expect, it } from 'vitest';
import { isMonitorError, RecordKind } from '@hftmon/core';
import { FakeEventSource, taskRecord } from '@hftmon/testkit';
import { createContextSwitchCollector, type ContextSwitchQuery } from '../../src/index.js';
import { hosted } from '../support/hosted.js';
import { migrateRecord, switchRecord } from '../support/switch-record.js';

describe('a query', () => {
  const host = hosted();
  host.source.push(
    taskRecord({ tid: 7, pid: 5, comm: 'a' }),
    taskRecord({ tid: 8, pid: 5, comm: 'b' }),
    taskRecord({ tid: 9, pid: 6, comm: 'c' }),
    switchRecord({ tid: 7, timestampNs: 1000, durationNs: 10_000 }),
    switchRecord({ tid: 8, timestampNs: 20_000, durationNs: 9_999 }),
    { kind: RecordKind.Ran, tid: 7, timestampNs: 30_000, durationNs: 50_000 },
    switchRecord({ tid: 9, timestampNs: 50_000, durationNs: 20_000 }),
    migrateRecord(0, 1, { tid: 9, timestampNs: 80_000 }),
    switchRecord({ tid: 7, timestampNs: 90_000, durationNs: 10_000 }),
  );
  host.clock.timeNs = 110_000;
  const starts = (query: ContextSwitchQuery): number[] =>
    host.collector.snapshot(query).map(({ timestampNs }) => timestampNs);

  it.each<[ContextSwitchQuery, number[]]>([
    [{}, [1000, 20_000, 50_000, 90_000]],
    [{ tid: 7 }, [1000, 90_000]],
    [{ pid: 5 }, [1000, 20_000, 90_000]],
    [{ pid: 6 }, [50_000]],
    [{ pid: 6, tid: 7 }, []],
    [{ pid: 1 }, []],
    [{ minDurationUs: 10 }, [1000, 50_000, 90_000]],
    [{ minDurationUs: 10.001 }, [50_000]],
    // By the end: the third ended at 70 us.
    [{ timeWindowUs: 40 }, [50_000, 90_000]],
    [{ timeWindowUs: 39 }, [90_000]],
    [{ limit: 2 }, [50_000, 90_000]],
    [{ limit: 0 }, []],
    [{ limit: 1, pid: 6 }, [50_000]],
  ])('%o', (query, expected) => {
    expect(starts(query)).toEqual(expected);
  });

  it('lists migrations by the same filters', () => {
    expect(host.collector.migrations({ pid: 6 })).toHaveLength(1);
    expect(host.collector.migrations({ pid: 5 })).toEqual([]);
    expect(host.collector.migrations({ timeWindowUs: 29 })).toEqual([]);
  });

  it.each(['pid', 'tid', 'minDurationUs', 'timeWindowUs', 'limit'] as const)(
    'refuses a bad %s',
    (option) => {
      for (const value of [-1, NaN]) {
        let error: unknown;
        try {
          host.collector.snapshot({ [option]: value });
        } catch (thrown) {
          error = thrown;
        }
        expect(isMonitorError(error) && error.code).toBe('HFTMON_E_CONFIG_INVALID');
      }
    },
  );
});

describe('a tid that is used again', () => {
  it('belongs to the process that had it at that time', () => {
    const host = hosted();
    host.source.push(
      taskRecord({ tid: 7, pid: 5, comm: 'old' }, 500),
      switchRecord({ tid: 7, timestampNs: 1000, durationNs: 100 }),
      { kind: RecordKind.ThreadExit, tid: 7, timestampNs: 2000, words: [5] },
      taskRecord({ tid: 7, pid: 6, comm: 'new' }, 3000),
      { kind: RecordKind.ThreadStart, tid: 7, timestampNs: 3000, words: [6, 6] },
      switchRecord({ tid: 7, timestampNs: 4000, durationNs: 100 }),
    );
    const of = (pid: number) =>
      host.collector.snapshot({ pid }).map(({ comm, timestampNs }) => [comm, timestampNs]);
    expect(of(5)).toEqual([['old', 1000]]);
    expect(of(6)).toEqual([['new', 4000]]);
  });
});

describe('a ring that wrapped', () => {
  it('still knows whose the threads are, though their introduction was overwritten', () => {
    const host = hosted({ source: new FakeEventSource({ capacity: 64 }) });
    host.source.push(taskRecord({ tid: 7, pid: 5, comm: 'a' }));
    for (let i = 0; i < 200; i++) {
      host.source.push(
        switchRecord({ tid: i % 2 === 0 ? 7 : 8, timestampNs: i * 10, durationNs: 5 }),
      );
    }
    expect(host.collector.snapshot({ pid: 5 })).toHaveLength(32);
    const newest = host.collector.snapshot({ limit: 5 });
    expect(newest.map(({ timestampNs }) => timestampNs)).toEqual([1950, 1960, 1970, 1980, 1990]);
  });
});

describe('a closed collector', () => {
  it('counts its time window from its close', () => {
    const host = hosted();
    host.source.push(switchRecord({ timestampNs: 1000, durationNs: 9000 }));
    host.clock.timeNs = 20_000;
    host.close();
    host.clock.timeNs = 1e12;
    expect(host.collector.snapshot({ timeWindowUs: 10 })).toHaveLength(1);
    expect(host.collector.snapshot({ timeWindowUs: 9 })).toHaveLength(0);
  });

  it('has no answer when it was never open', () => {
    const collector = createContextSwitchCollector();
    expect(collector.snapshot()).toEqual([]);
    expect(collector.migrations()).toEqual([]);
    expect(collector.totals()).toEqual([]);
    expect(collector.migrationCounts()).toEqual({ total: 0, crossNode: 0, byNodes: [] });
  });
});
