import { describe, expect, it } from 'vitest';
import { isMonitorError, RecordKind, VectorType } from '@hftmon/core';
import { taskRecord } from '@hftmon/testkit';
import { createInterruptCollector, type InterruptQuery } from '../../src/index.js';
import { hosted } from '../support/hosted.js';
import {
  hardIrqRecord,
  nmiRecord,
  softirqRecord,
  vectorRecord,
} from '../support/interrupt-records.js';

describe('a query', () => {
  const host = hosted();
  host.source.push(
    taskRecord({ tid: 7, pid: 5, comm: 'a' }),
    taskRecord({ tid: 9, pid: 6, comm: 'b' }),
    hardIrqRecord(38, { tid: 7, timestampNs: 1000, durationNs: 4000 }),
    softirqRecord(3, { tid: 9, cpu: 1, timestampNs: 10_000, durationNs: 9000 }),
    { kind: RecordKind.Switch, tid: 7, timestampNs: 15_000, durationNs: 9000 },
    vectorRecord(VectorType.LocalTimer, { tid: 7, timestampNs: 30_000, durationNs: 2000 }),
    vectorRecord(VectorType.Reschedule, { tid: 0, cpu: 1, timestampNs: 40_000, durationNs: 1000 }),
    nmiRecord(1n, { tid: 7, timestampNs: 50_000, durationNs: 8000 }),
  );
  host.clock.timeNs = 60_000;

  it.each<[InterruptQuery, number[]]>([
    [{}, [1000, 10_000, 30_000, 40_000, 50_000]],
    [{ type: 'hardware' }, [1000]],
    [{ type: 'softirq' }, [10_000]],
    [{ type: 'timer' }, [30_000]],
    [{ type: 'ipi' }, [40_000]],
    [{ type: 'nmi' }, [50_000]],
    [{ pid: 5 }, [1000, 30_000, 50_000]],
    [{ pid: 6 }, [10_000]],
    [{ tid: 7 }, [1000, 30_000, 50_000]],
    [{ cpu: 1 }, [10_000, 40_000]],
    [{ cpu: 1, type: 'ipi' }, [40_000]],
    [{ minDurationUs: 4 }, [1000, 10_000, 50_000]],
    [{ timeWindowUs: 19 }, [40_000, 50_000]],
    [{ limit: 2 }, [40_000, 50_000]],
  ])('%o', (query, expected) => {
    expect(host.collector.snapshot(query).map(({ timestampNs }) => timestampNs)).toEqual(expected);
  });

  it.each<[string, InterruptQuery]>([
    ['cpu', { cpu: -1 }],
    ['limit', { limit: NaN }],
    ['type', { type: 'tick' as 'timer' }],
  ])('refuses a bad %s', (option, query) => {
    let error: unknown;
    try {
      host.collector.snapshot(query);
    } catch (thrown) {
      error = thrown;
    }
    if (!isMonitorError(error)) throw new Error('it should refuse');
    expect(error).toMatchObject({ code: 'HFTMON_E_CONFIG_INVALID', facts: { option } });
  });

  it('has no answer when it was never open', () => {
    const collector = createInterruptCollector();
    expect(collector.snapshot()).toEqual([]);
    expect(collector.totals()).toEqual({ sources: [] });
  });
});
