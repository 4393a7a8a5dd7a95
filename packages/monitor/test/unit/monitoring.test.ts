import { describe, expect, it } from 'vitest';
import { createError } from '@hftmon/core';
import { FakeEventSource } from '@hftmon/testkit';
import {
  ConfigurationError,
  HardwareNotSupportedError,
  MonitorError,
  ProcessNotFoundError,
  type ProcessExit,
} from '@hftmon/monitor';
import { fakeMonitor } from '../support/fake-monitor.js';
import { AskedCollector } from '../support/asked-collector.js';
import { RecordingCollector } from '../support/recording-collector.js';

const SELF = process.pid;

describe('start and stop', () => {
  it('may be repeated', () => {
    const { monitor, sources } = fakeMonitor({ collectors: [] });
    monitor.stopMonitoring();
    monitor.startMonitoring();
    monitor.startMonitoring();
    expect(monitor.monitoringActive).toBe(true);
    expect(sources).toHaveLength(1);
    monitor.stopMonitoring();
    monitor.stopMonitoring();
    expect(monitor.monitoringActive).toBe(false);
  });

  it('frees the source at the stop', () => {
    const { monitor, sources } = fakeMonitor({ collectors: [] });
    monitor.startMonitoring();
    monitor.stopMonitoring();
    expect(sources[0]!.calls.at(-1)).toBe('close');
  });

  it('starts anew with a source and collectors of its own', () => {
    const made: RecordingCollector[] = [];
    const factory = () => {
      made.push(new RecordingCollector('one'));
      return made.at(-1)!;
    };
    const { monitor, sources } = fakeMonitor({ collectors: [factory] });
    for (let i = 0; i < 3; i++) {
      monitor.startMonitoring();
      monitor.stopMonitoring();
    }
    expect(sources).toHaveLength(3);
    expect(made.filter(({ calls }) => calls.join() === 'open,close')).toHaveLength(3);
    monitor.dispose();
  });

  it('opens a collector given as an object again', () => {
    const collector = new RecordingCollector('one');
    const { monitor } = fakeMonitor({ collectors: [collector] });
    for (let i = 0; i < 2; i++) {
      monitor.startMonitoring();
      monitor.stopMonitoring();
    }
    expect(collector.calls).toEqual(['open', 'close', 'open', 'close']);
  });

  it('answers with empty lists before the first start and with nothing attached', () => {
    const { monitor } = fakeMonitor();
    for (const ask of [
      () => monitor.getContextSwitches(),
      () => monitor.getInterrupts(),
      () => monitor.detectLatencySpikes(),
      () => monitor.getThreadTotals(SELF),
    ]) {
      expect(ask()).toEqual([]);
    }
    monitor.startMonitoring();
    expect(monitor.getContextSwitches({ minDurationUs: 10 })).toEqual([]);
    expect(monitor.getInterrupts()).toEqual([]);
    expect(monitor.detectLatencySpikes({ thresholdUs: 50 })).toEqual([]);
    monitor.stopMonitoring();
    expect(monitor.getContextSwitches()).toEqual([]);
    monitor.dispose();
    expect(monitor.getContextSwitches()).toEqual([]);
  });

  it('hands queries to the collector of that name', () => {
    const collector = new RecordingCollector('ctxsw');
    const { monitor } = fakeMonitor({ collectors: [collector] });
    monitor.startMonitoring();
    const query = { minDurationUs: 10, includeStackTrace: true };
    expect(monitor.getContextSwitches(query)).toEqual(['ctxsw']);
    expect(collector.queries).toEqual([query]);
    monitor.dispose();
  });

  it('asks the irq and sched collectors for more than their lists', () => {
    const irq = new AskedCollector('irq');
    const sched = new AskedCollector('sched');
    const { monitor } = fakeMonitor({ collectors: [irq, sched] });
    expect(monitor.getTlbSenders()).toEqual([]);
    expect(monitor.getDeferredWork()).toEqual({ softirqs: [] });
    expect(monitor.getThrottling()).toBeUndefined();
    monitor.startMonitoring();
    const query = { pid: SELF, limit: 3 };
    for (const [answer, name, argument] of [
      [monitor.getInterruptAffinity(), 'affinity'],
      [monitor.getInterruptCoalescing(), 'coalescing'],
      [monitor.getDeferredWork(), 'deferredWork'],
      [monitor.getWorkRuns(query), 'workRuns', query],
      [monitor.getTicks(), 'ticks'],
      [monitor.getTlbSenders(query), 'tlbSenders', query],
      [monitor.getPriorityInversions(query), 'inversions', query],
      [monitor.getSchedulingChanges(query), 'attributeChanges', query],
      [monitor.getThrottling(SELF), 'throttling', SELF],
    ]) {
      expect(answer).toEqual([name, argument]);
    }
    monitor.dispose();
    expect(monitor.getTicks()).toEqual(['ticks', undefined]);
  });

  it('has empty lists of a collector that a user put in the place of one of ours', () => {
    const collectors = [new RecordingCollector('irq'), new RecordingCollector('sched')];
    const { monitor } = fakeMonitor({ collectors });
    monitor.startMonitoring();
    expect(monitor.getInterruptAffinity()).toEqual([]);
    expect(monitor.getSchedulingChanges()).toEqual([]);
    expect(monitor.getThrottling()).toBeUndefined();
    monitor.dispose();
  });

  it('cannot be used for monitoring again once disposed of', () => {
    const { monitor, sources } = fakeMonitor({ collectors: [] });
    monitor.startMonitoring();
    monitor[Symbol.dispose]();
    monitor.dispose();
    expect(sources[0]!.calls.filter((call) => call === 'close')).toHaveLength(1);
    expect(() => monitor.startMonitoring()).toThrow(MonitorError);
    expect(() => monitor.attachProcess(SELF)).toThrow(MonitorError);
  });

  it('is disposed of by await using', async () => {
    const { monitor, sources } = fakeMonitor({ collectors: [] });
    {
      await using held = monitor;
      held.startMonitoring();
    }
    expect(sources[0]!.calls.at(-1)).toBe('close');
  });
});

describe('attaching', () => {
  it('follows before and after the start, and over a restart', () => {
    const { monitor, sources } = fakeMonitor({ collectors: [] });
    monitor.attachProcess(SELF, { trackCache: true, trackNuma: true });
    monitor.startMonitoring();
    expect(sources.at(-1)!.calls).toContain(`attach ${SELF}`);
    monitor.attachProcess(process.ppid);
    expect(sources.at(-1)!.calls).toContain(`attach ${process.ppid}`);
    monitor.stopMonitoring();
    expect([...monitor.attachedProcesses.keys()]).toEqual([SELF, process.ppid]);
    monitor.startMonitoring();
    expect(sources.at(-1)!.calls.filter((call) => call.startsWith('attach'))).toHaveLength(2);
    monitor.dispose();
  });

  it('makes one entry of two', () => {
    const { monitor } = fakeMonitor({ collectors: [] });
    const first = monitor.attachProcess(SELF);
    expect(monitor.attachProcess(SELF)).toBe(first);
    expect(monitor.attachedProcesses.size).toBe(1);
    expect(monitor.attachedProcesses.get(SELF)).toMatchObject({ pid: SELF });
  });

  it.each([0, -1, -99999, 1.5, NaN, 4_194_305, 2 ** 40])('refuses %d', (pid) => {
    const { monitor } = fakeMonitor({ collectors: [] });
    expect(() => monitor.attachProcess(pid)).toThrow(ProcessNotFoundError);
    expect(monitor.attachedProcesses.size).toBe(0);
  });

  it('reports a process that ends while it is being attached, and runs', () => {
    const source = new FakeEventSource();
    source.attach = (pid) => {
      throw createError('HFTMON_E_PROCESS_EXITED', { pid });
    };
    const { monitor } = fakeMonitor({ collectors: [], createSource: () => source });
    const exits: number[] = [];
    monitor.on('processExit', ({ pid }) => exits.push(pid));
    monitor.attachProcess(SELF);
    monitor.startMonitoring();
    expect(exits).toEqual([SELF]);
    expect(monitor.attachedProcesses.size).toBe(0);
    expect(() => monitor.attachProcess(SELF)).toThrow(ProcessNotFoundError);
    expect(monitor.attachedProcesses.size).toBe(0);
    monitor.dispose();
  });

  it('refuses options that it does not have', () => {
    const { monitor } = fakeMonitor({ collectors: [] });
    expect(() => monitor.attachProcess(SELF, { trackAll: true } as never)).toThrow(
      ConfigurationError,
    );
  });

  it('settles before the start whether children are followed', () => {
    const { monitor, sources } = fakeMonitor({ collectors: [] });
    monitor.startMonitoring();
    expect(() => monitor.attachProcess(SELF, { followChildren: true })).toThrow('before');
    monitor.stopMonitoring();
    monitor.attachProcess(SELF, { followChildren: true });
    monitor.startMonitoring();
    expect(sources.at(-1)!.options.followChildren).toBe(true);
    monitor.dispose();
  });

  it('forgets a detached process', () => {
    const { monitor, sources } = fakeMonitor({ collectors: [] });
    monitor.attachProcess(SELF);
    monitor.startMonitoring();
    monitor.detachProcess(SELF);
    monitor.detachProcess(SELF);
    monitor.detachProcess(-3);
    expect(monitor.attachedProcesses.size).toBe(0);
    expect(sources[0]!.calls.filter((call) => call === `detach ${SELF}`)).toHaveLength(1);
    monitor.dispose();
  });

  it('reports and forgets a process that ended', async () => {
    const { monitor, sources } = fakeMonitor({ collectors: [] });
    monitor.attachProcess(SELF);
    const exited = new Promise<ProcessExit>((resolve) => monitor.on('processExit', resolve));
    monitor.startMonitoring();
    sources[0]!.endedPids = [SELF];
    expect(await exited).toMatchObject({ pid: SELF, timestamp: expect.any(Date) });
    expect(monitor.attachedProcesses.size).toBe(0);
    expect(monitor.monitoringActive).toBe(true);
    monitor.dispose();
  });
});

describe('collectors', () => {
  it('refuses a name that is taken when the monitor is made', () => {
    const two = [new RecordingCollector('one'), new RecordingCollector('one')];
    expect(() => fakeMonitor({ collectors: two })).toThrow(ConfigurationError);
  });

  it('says which collector there is none of', () => {
    const { monitor } = fakeMonitor({ collectors: [] });
    monitor.startMonitoring();
    expect(() => monitor.getInterrupts()).toThrow(ConfigurationError);
    expect(() => monitor.getTlbSenders()).toThrow(ConfigurationError);
    monitor.dispose();
  });

  it('says why a collector is not supported, by event and when it is asked', () => {
    const collector = new RecordingCollector('irq');
    collector.support = {
      ok: false,
      code: 'HFTMON_E_TRACEPOINT_MISSING',
      reason: 'no tracepoint',
      remedy: 'another kernel',
    };
    const { monitor } = fakeMonitor({ collectors: [collector] });
    const events: unknown[] = [];
    monitor.on('unsupported', (event) => events.push(event));
    monitor.startMonitoring();
    expect(events).toEqual([{ collector: 'irq', support: collector.support }]);
    expect(() => monitor.getInterrupts()).toThrow(HardwareNotSupportedError);
    expect(() => monitor.getInterruptCoalescing()).toThrow(HardwareNotSupportedError);
    expect(() => monitor.getInterrupts()).toThrow(/no tracepoint.*another kernel/);
    expect(monitor.probe().get('irq')).toBe(collector.support);
    monitor.dispose();
  });

  it('goes on without one that fails, and says so', () => {
    const broken = new RecordingCollector('broken');
    broken.failOpen = true;
    const { monitor } = fakeMonitor({ collectors: [broken, new RecordingCollector('ctxsw')] });
    const errors: unknown[] = [];
    monitor.on('error', ({ collector }) => errors.push(collector));
    monitor.startMonitoring();
    expect(errors).toEqual(['broken']);
    expect(monitor.getContextSwitches()).toEqual(['ctxsw']);
    monitor.dispose();
  });

  it('gives the values of their metrics with their sources', () => {
    const { monitor } = fakeMonitor({ collectors: [new RecordingCollector('one')] });
    expect(monitor.getCollectorReports()).toEqual([]);
    monitor.startMonitoring();
    expect(monitor.getCollectorReports()).toEqual([
      {
        name: 'one',
        support: { ok: true, tier: 'kernel', source: 'a test' },
        metrics: { calls: 1 },
        sources: new Map([['calls', { ok: true, tier: 'kernel', source: 'a test' }]]),
        lost: 0,
      },
    ]);
    monitor.dispose();
  });

  it('says of one that could not be opened why it has no values', () => {
    const broken = new RecordingCollector('broken');
    broken.failOpen = true;
    const { monitor } = fakeMonitor({ collectors: [broken] });
    monitor.on('error', () => undefined);
    monitor.startMonitoring();
    expect(monitor.probe().get('broken')).toMatchObject({ ok: true });
    const [report] = monitor.getCollectorReports();
    const why = { ok: false, reason: expect.stringMatching(/no memory$/) };
    expect(report).toMatchObject({ support: why, metrics: {} });
    expect(report!.sources.get('calls')).toMatchObject(why);
    monitor.dispose();
  });

  it('says of one that was shut off since when its values stand still', () => {
    const broken = Object.assign(new RecordingCollector('broken'), {
      attach: () => {
        throw new Error('too many');
      },
    });
    const { monitor } = fakeMonitor({ collectors: [broken] });
    monitor.on('error', () => undefined);
    monitor.attachProcess(SELF);
    monitor.startMonitoring();
    const [report] = monitor.getCollectorReports();
    const why = { ok: true, degraded: expect.stringMatching(/too many/) };
    expect(report).toMatchObject({ support: why, metrics: { calls: 1 } });
    expect(report!.sources.get('calls')).toMatchObject(why);
    monitor.dispose();
  });

  it('gives for each metric what became of its source while it ran', () => {
    const gone = { ok: false, code: 'HFTMON_E_X', reason: 'taken', remedy: 'free it' } as const;
    const collector = Object.assign(new RecordingCollector('one'), {
      metricSupport: () => new Map([['calls', gone]]),
    });
    const { monitor } = fakeMonitor({ collectors: [collector] });
    expect(monitor.probeMetrics().get('one')!.get('calls')).toMatchObject({ ok: true });
    monitor.startMonitoring();
    expect(monitor.getCollectorReports()[0]!.sources.get('calls')).toBe(gone);
    monitor.dispose();
  });
});

describe('marks', () => {
  it('are written while monitoring runs', () => {
    const { monitor } = fakeMonitor({ collectors: [] });
    expect(monitor.mark('order')).toBe(false);
    monitor.startMonitoring();
    expect(monitor.mark('order', 42, 1.5)).toBe(true);
    monitor.stopMonitoring();
    expect(monitor.mark('order')).toBe(false);
  });
});
