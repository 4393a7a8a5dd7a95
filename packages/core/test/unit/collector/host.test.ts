import { describe, expect, it } from 'vitest';
import {
  CollectorHost,
  SampleStatus,
  createBatch,
  silentLogger,
  startCollectors,
  type MonitorError,
  type RecordBatch,
  type SharedContext,
} from '../../../src/index.js';
import { FakeCollector } from '../../support/fake-collector.js';
import { fillRecord } from '../../support/sequence.js';

const context = {
  log: silentLogger,
  pluginKind: (collector: string, kind: string) => collector.length * 100 + kind.length,
} as unknown as SharedContext;

const target = { pid: 42, comm: 'trader', startTimeTicks: 1, attachedNs: 0 };

function setUp(...names: string[]) {
  const log: string[] = [];
  const collectors = names.map((name) => new FakeCollector(name, {}, log));
  const failures: [string, MonitorError][] = [];
  const host = new CollectorHost(
    collectors.map((collector) => ({ collector, config: { of: collector.meta.name } })),
    (name, error) => void failures.push([name, error]),
  );
  const states = (): string[] => host.stats().map(({ state }) => state);
  return {
    host,
    log,
    failures,
    states,
    collectors: collectors as [FakeCollector, ...FakeCollector[]],
  };
}

function batchOf(count: number): RecordBatch {
  const batch = createBatch(count);
  for (let n = 0; n < count; n++) fillRecord(batch.u32, batch.f64, n * 16, n);
  batch.count = count;
  return batch;
}

describe('CollectorHost', () => {
  it('opens in order and closes in reverse, undo steps too', () => {
    const { host, log, states } = setUp('a', 'b');
    expect(host.open(context)).toBe(2);
    host.attach(target);
    host.detach(target);
    expect(states()).toEqual(['open', 'open']);
    host.close();
    host.close();
    expect(log).toEqual([
      'a open',
      'b open',
      'a attach 42',
      'b attach 42',
      'a detach 42',
      'b detach 42',
      'b close',
      'b undo 2',
      'b undo 1',
      'a close',
      'a undo 2',
      'a undo 1',
    ]);
    expect(states()).toEqual(['closed', 'closed']);
  });

  it('gives each collector its options and its own kinds', () => {
    const { host, collectors } = setUp('a', 'bcd');
    host.open(context);
    expect(collectors[1]!.config).toEqual({ of: 'bcd' });
    expect(collectors[1]!.context!.pluginKind('xy')).toBe(302);
  });

  it('undoes a failed open, reports it, and opens the others', () => {
    const { host, log, failures, states, collectors } = setUp('a', 'b', 'c');
    collectors[1]!.throwing.add('open');
    expect(host.open(context)).toBe(2);
    expect(states()).toEqual(['open', 'failed', 'open']);
    expect(log).toEqual(['a open', 'b open', 'b close', 'b undo 2', 'b undo 1', 'c open']);
    expect(failures).toEqual([['b', expect.objectContaining({ code: 'HFTMON_E_INTERNAL' })]]);
    expect(host.errorOf('b')?.message).toContain('open broke');
    host.onRecords(batchOf(3), true);
    expect(collectors.map(({ records }) => records.length)).toEqual([3, 0, 3]);
    host.close();
    expect(log.filter((entry) => entry.startsWith('b'))).toHaveLength(4);
  });

  it('shuts off a collector that throws in onRecords, and no other', () => {
    const { host, log, failures, states, collectors } = setUp('a', 'b', 'c');
    host.open(context);
    collectors[1]!.throwing.add('onRecords');
    host.onRecords(batchOf(2), false);
    host.onRecords(batchOf(3), true);
    expect(collectors.map(({ records }) => records.length)).toEqual([5, 0, 5]);
    expect(states()).toEqual(['open', 'quarantined', 'open']);
    expect(failures).toHaveLength(1);
    expect(failures[0]![1]).toMatchObject({
      code: 'HFTMON_E_COLLECTOR_FAILED',
      collector: 'b',
      operation: 'onRecords',
    });
    host.attach(target);
    host.close();
    expect(log).not.toContain('b attach 42');
    expect(log.filter((entry) => entry.startsWith('b '))).toContain('b close');
    expect(states()).toEqual(['closed', 'quarantined', 'closed']);
    expect(host.stats()[1]).toMatchObject({ errors: 1, batches: 1, records: 2 });
  });

  it.each(['attach', 'leave', 'detach'] as const)(
    'shuts off a collector that throws in %s',
    (method) => {
      const { host, states, collectors } = setUp('a', 'b');
      host.open(context);
      collectors[0].throwing.add(method);
      host[method](target);
      expect(states()).toEqual(['quarantined', 'open']);
      expect(collectors[1]!.log).toContain(`b ${method} 42`);
    },
  );

  it('tells those who want to know that there is nothing to do, and shuts off one that throws', () => {
    const { host, states, collectors } = setUp('a', 'b', 'c');
    let idle = 0;
    Object.assign(collectors[0]!, { idle: () => idle++ });
    Object.assign(collectors[1]!, {
      idle() {
        throw new Error('not idle');
      },
    });
    host.idle();
    expect(idle).toBe(0);
    host.open(context);
    host.idle();
    host.idle();
    expect(idle).toBe(2);
    expect(states()).toEqual(['open', 'quarantined', 'open']);
    host.close();
    host.idle();
    expect(idle).toBe(2);
  });

  it('goes on closing when close and undo throw', () => {
    const { host, log, failures, collectors } = setUp('a', 'b');
    host.open(context);
    collectors[1]!.throwing.add('close');
    collectors[1]!.context!.onUndo(() => {
      throw new Error('undo broke');
    });
    host.close();
    expect(failures.map(([, error]) => error.facts['operation'])).toEqual(['close', 'undo']);
    expect(log.slice(-6)).toEqual([
      'b close',
      'b undo 2',
      'b undo 1',
      'a close',
      'a undo 2',
      'a undo 1',
    ]);
  });

  it('measures deliveries and scales the timed ones to all', () => {
    const { host, collectors } = setUp('a');
    host.open(context);
    collectors[0].onBatch = () => {
      const end = performance.now() + 2;
      while (performance.now() < end) continue;
    };
    host.onRecords(batchOf(5), true);
    host.onRecords(batchOf(15), false);
    host.countLost(7);
    const [stats] = host.stats();
    expect(stats).toMatchObject({ batches: 2, records: 20, timedRecords: 5, lostRecords: 7 });
    expect(stats!.longestNs).toBeGreaterThanOrEqual(2e6);
    expect(stats!.busyNs).toBeCloseTo(stats!.longestNs * 4, 0);
    expect(stats!.openNs).toBeGreaterThan(0);
  });

  it('samples, and counts what the status says', () => {
    const { host, failures, collectors, states } = setUp('a', 'b');
    const answers = [SampleStatus.Ok, SampleStatus.Lost | SampleStatus.Scaled, SampleStatus.Scaled];
    Object.assign(collectors[0], { sample: () => answers.shift() });
    Object.assign(collectors[1]!, {
      sample: () => {
        throw new Error('sample broke');
      },
    });
    host.open(context);
    expect(host.hasSamplers).toBe(true);
    for (let i = 0; i < 3; i++) host.sample(i, undefined as never);
    expect(host.stats()[0]).toMatchObject({ samples: 3, lostSamples: 1, scaledSamples: 2 });
    expect(host.stats()[1]).toMatchObject({ samples: 1, errors: 1 });
    expect(failures).toHaveLength(1);
    expect(states()).toEqual(['open', 'quarantined']);
  });

  it('leaves unsupported ones alone', () => {
    const { host, log, states } = setUp('a', 'b');
    host.setUnsupported('a');
    expect(host.open(context)).toBe(1);
    expect(states()).toEqual(['unsupported', 'open']);
    expect(log).toEqual(['b open']);
  });
});

describe('startCollectors', () => {
  it('returns its own undo', () => {
    const log: string[] = [];
    const collector = new FakeCollector('a', {}, log);
    const warnings: string[] = [];
    const broken = new FakeCollector('b', {}, []);
    broken.throwing.add('open');
    const logger = {
      debug: () => undefined,
      warn: (message: string) => void warnings.push(message),
    };
    const started = startCollectors(
      [collector, broken].map((one) => ({ collector: one, config: {} })),
      { ...context, log: logger },
    );
    expect(warnings).toEqual([expect.stringContaining('open broke')]);
    expect(started.host.stats().map(({ state }) => state)).toEqual(['open', 'failed']);
    started.undo();
    started.undo();
    expect(log).toEqual(['a open', 'a close', 'a undo 2', 'a undo 1']);
  });
});
