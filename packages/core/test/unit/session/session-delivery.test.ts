import { describe, expect, it } from 'vitest';
import { FakeCollector } from '../../support/fake-collector.js';
import { range, setUp } from '../../support/session.js';

describe('delivery of a session', () => {
  it.each(['interval', 'busy'] as const)('delivers by itself (%s)', async (mode) => {
    const { session, source, collector } = setUp({ delivery: { mode, intervalMs: 1 } });
    session.start();
    source.emit(10);
    await expect.poll(() => collector.records).toEqual(range(0, 10));
    source.emit(10);
    await expect.poll(() => collector.records).toEqual(range(0, 20));
    expect(session.lostRecords).toBe(0);
  });

  it('tells source and collectors that nothing comes, where it never sleeps', async () => {
    const { session, source, collector } = setUp({ delivery: { mode: 'busy' } });
    const idle = { source: 0, collector: 0 };
    Object.assign(source, { idle: () => idle.source++ });
    Object.assign(collector, { idle: () => idle.collector++ });
    session.start();
    await expect.poll(() => Math.min(idle.source, idle.collector)).toBeGreaterThan(0);
  });

  it('delivers what was in the ring before the start, and what the pump held at the stop', () => {
    const { session, source, collector } = setUp();
    const open = source.open.bind(source);
    source.open = (kinds, options) => {
      open(kinds, options);
      source.emit(5);
    };
    session.start();
    source.pending = 7;
    session.stop();
    expect(collector.records).toEqual(range(0, 12));
    expect(collector.log.at(-3)).toBe('a close');
  });

  it('delivers the last records before the collectors are closed', () => {
    const { session, source, collector } = setUp();
    session.start();
    let closedAt = -1;
    collector.context!.onUndo(() => (closedAt = collector.records.length));
    source.pending = 64;
    session.stop();
    expect(closedAt).toBe(64);
  });

  it('flushes on request', () => {
    const { session, source, collector } = setUp();
    session.start();
    source.pending = 3;
    session.flush();
    expect(collector.records).toEqual([0, 1, 2]);
  });

  it('may be flushed from within a delivery, which then goes on undisturbed', () => {
    const first = new FakeCollector('a');
    const second = new FakeCollector('b');
    const { session, source } = setUp({ collectors: [first, second] });
    first.onBatch = () => {
      if (first.records.length === 3) source.emit(3);
      session.flush();
    };
    session.start();
    source.emit(3);
    session.flush();
    session.flush();
    expect(first.records).toEqual(range(0, 6));
    expect(second.records).toEqual(range(0, 6));
  });

  it('reports exactly what was lost', () => {
    const { session, source, collector, events } = setUp({ capacity: 16 });
    session.start();
    source.emit(16 * 9 + 5);
    session.flush();
    expect(collector.records).toEqual(range(16 * 8 + 5, 16 * 9 + 5));
    source.emit(20);
    session.flush();
    expect(events).toEqual([
      [
        'lost',
        { records: 16 * 8 + 5, total: 16 * 8 + 5, timestampNs: expect.any(Number) as number },
      ],
      ['lost', { records: 4, total: 16 * 8 + 9, timestampNs: expect.any(Number) as number }],
    ]);
    expect(session.lostRecords).toBe(16 * 8 + 9);
    expect(session.stats()[0]).toMatchObject({ lostRecords: 16 * 8 + 9, records: 32 });
  });

  it('goes on when a collector throws, and tells', () => {
    const broken = new FakeCollector('x');
    broken.throwing.add('onRecords');
    const good = new FakeCollector('y');
    const { session, source, events } = setUp({ collectors: [broken, good] });
    session.start();
    source.emit(4);
    session.flush();
    source.emit(4);
    session.stop();
    expect(good.records).toEqual(range(0, 8));
    expect(events).toEqual([
      [
        'error',
        {
          collector: 'x',
          error: expect.objectContaining({ code: 'HFTMON_E_COLLECTOR_FAILED' }) as unknown,
        },
      ],
    ]);
  });

  it('survives listeners that throw', () => {
    const { session, source, collector } = setUp({ capacity: 16 });
    session.on('lost', () => {
      throw new Error('listener broke');
    });
    session.start();
    source.emit(40);
    session.flush();
    expect(collector.records).toHaveLength(16);
  });

  it('shows the source every batch first', () => {
    const { session, source } = setUp();
    session.start();
    source.emit(20);
    session.flush();
    // Number 5 and 19 are of kind Task.
    expect(source.tasks.size).toBe(2);
  });

  it('samples at its own pace', async () => {
    const collector = new FakeCollector('s');
    const timesNs: number[] = [];
    Object.assign(collector, { sample: (nowNs: number) => (timesNs.push(nowNs), 0) });
    const { session } = setUp({
      collectors: [collector],
      delivery: { mode: 'busy', sliceUs: 100 },
    });
    session.start();
    await expect.poll(() => timesNs.length).toBeGreaterThanOrEqual(5);
    // Every 20 ms, or later where this process has to wait for its CPU.
    for (const [i, timeNs] of timesNs.slice(1).entries()) {
      expect(timeNs - timesNs[i]!).toBeGreaterThan(19e6);
    }
  });
});
