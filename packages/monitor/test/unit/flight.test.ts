import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BlockType,
  ContainerWriter,
  NO_STACK,
  RECORD_WORDS,
  RecordKind,
  SpanSource,
  durationAt,
  kindAt,
  timestampAt,
  type SpanOrigins,
} from '@hftmon/core';
import { createContextSwitchCollector } from '@hftmon/ctxsw';
import { createLatencyCollector } from '@hftmon/latency';
import { FakeEventSource, noLosses, taskRecord, type FakeRecord } from '@hftmon/testkit';
import {
  HFTResourceMonitor,
  installedCollectors,
  readFlight,
  replayFlight,
  spanToJson,
  spikeToJson,
  type Flight,
  type LatencySpike,
  type MonitorConfiguration,
  type MonitorError,
  type SlowSpan,
  type SpikeCorrection,
} from '@hftmon/monitor';
import { fakeMonitor } from '../support/fake-monitor.js';
import { FlightDirectory, FlightLog } from '../support/flights.js';

const TID = process.pid;
const CULPRIT = 4_000_001;
const STACKS = (NO_STACK << 16) | NO_STACK;
const MS = 1e6;

/** The thread was preempted by another task. */
function preemption(fromNs: number, durationNs: number): FakeRecord[] {
  const words = [CULPRIT, CULPRIT, 0, durationNs, 0, STACKS >>> 0];
  return [
    {
      kind: RecordKind.Ran,
      tid: CULPRIT,
      timestampNs: fromNs,
      durationNs,
      words: [1, STACKS >>> 0],
    },
    { kind: RecordKind.Switch, tid: TID, timestampNs: fromNs, durationNs, words },
  ];
}

/** A span that the thread marked. */
function order(timestampNs: number, durationNs: number): FakeRecord {
  const words = [SpanSource.Marker, 3, 1, 0, 0, 0, 0];
  return { kind: RecordKind.Span, tid: TID, timestampNs, durationNs, words };
}

const oneOrigin: SpanOrigins = {
  list: () => [],
  refused: () => [],
  probes: () => [],
  pidOf: () => process.pid,
  nameOf: () => 'order',
  countsOf: () => ({ spans: 0, open: 0, errors: 0 }),
};

/** An instant that says when it was. */
function instant(timestampNs: number): FakeRecord {
  return { kind: RecordKind.Migrate, tid: TID, timestampNs, words: [0, 0, 0] };
}

function endsOf({ records }: Flight, kind: number): number[] {
  const ends: number[] = [];
  records.scan(({ u32, f64, count }) => {
    for (let base = 0; base < count * RECORD_WORDS; base += RECORD_WORDS) {
      if (kindAt(u32, base) === kind) ends.push(timestampAt(f64, base) + durationAt(f64, base));
    }
  });
  return ends;
}

let directory: FlightDirectory;
let monitor: HFTResourceMonitor;
let source: FakeEventSource;
let log: FlightLog;
let nowNs: () => number;

function start(capacity = 1024, configuration: Partial<MonitorConfiguration> = {}): void {
  // So that there is a time before the start.
  const epochMonotonicNs = process.hrtime.bigint() - 10_000_000_000n;
  ({ monitor } = fakeMonitor({
    // The others write records of their own.
    collectors: installedCollectors(['latency']),
    createSource: () => new FakeEventSource({ capacity, epochMonotonicNs }),
  }));
  monitor.configure(configuration);
  monitor.attachProcess(process.pid);
  log = new FlightLog(monitor);
  monitor.startMonitoring();
  source = monitor.session!.source as FakeEventSource;
  nowNs = () => monitor.session!.clock.nowNs();
}

beforeEach(() => (directory = new FlightDirectory()));
afterEach(() => {
  monitor.dispose();
  directory[Symbol.dispose]();
});

describe('a recording of a spike', () => {
  it('has the receipt that listeners and queries have, and that a replay finds again', async () => {
    start();
    const heard: LatencySpike[] = [];
    monitor.on('spike', (spike) => heard.push(spike));
    monitor.enableFlightRecorder({ directory: directory.path, beforeMs: 50, afterMs: 20 });
    const atNs = nowNs() - 5 * MS;
    source.push(
      taskRecord({ tid: CULPRIT, comm: 'culprit', policy: 'SCHED_FIFO', priority: 9 }, atNs),
      ...preemption(atNs, 200_000),
      ...preemption(atNs + 2 * MS, 300_000),
    );
    const told = monitor.detectLatencySpikes().map((spike) => JSON.stringify(spikeToJson(spike)));
    const { file } = (await log.count(1))[0]!;
    const flight = readFlight(file);

    expect(told).toHaveLength(2);
    expect(heard.map((spike) => JSON.stringify(spikeToJson(spike)))).toEqual(told);
    expect(flight.spikes.map((spike) => JSON.stringify(spike))).toEqual(told);
    expect(flight.meta.triggers).toHaveLength(2);
    expect(flight.meta.triggers[0]).toMatchObject({ type: 'spike', spikeId: heard[0]!.id });
    expect(monitor.getFlightStats()).toEqual({ written: 1, failed: 0, joined: 1, withheld: 0 });

    const collector = createLatencyCollector({ thresholdUs: 50 });
    replayFlight(flight, collector, {});
    const again = collector.snapshot().map((spike) => JSON.stringify(spikeToJson(spike)));
    expect(again).toEqual(told);
    expect(again[0]).toContain('"comm":"culprit"');
  });

  it.each([
    [false, /no stacks are taken/],
    [true, /the kernel could not take it/],
  ])('replayed with stackTraces %s, says why a stack is missing', async (stackTraces, reason) => {
    start(1024, { stackTraces });
    monitor.enableFlightRecorder({ directory: directory.path, beforeMs: 50, afterMs: 20 });
    source.push(...preemption(nowNs() - 5 * MS, 200_000));
    monitor.detectLatencySpikes();
    const { file } = (await log.count(1))[0]!;
    const collector = createContextSwitchCollector();
    replayFlight(readFlight(file), collector, {});
    const switches = collector.snapshot({ includeStackTrace: true });
    expect(switches.map(({ noStackTrace }) => noStackTrace?.reason)).toEqual([
      expect.stringMatching(reason),
    ]);
  });

  it('has what was noticed of losses until it was written', async () => {
    start();
    const corrections: SpikeCorrection[] = [];
    monitor.on('correction', (correction) => corrections.push(correction));
    monitor.enableFlightRecorder({ directory: directory.path, beforeMs: 50, afterMs: 20 });
    const heard: LatencySpike[] = [];
    monitor.on('spike', (spike) => heard.push(spike));
    // After the last look at the losses, which a query would be too.
    const atNs = nowNs();
    source.push(...preemption(atNs, 200_000), instant(atNs + 5 * MS));
    monitor.session!.flush();
    expect(heard.map(({ incomplete }) => incomplete)).toEqual([undefined]);
    source.lossCounts = { ...noLosses, seen: 9, emitted: 6, dropped: 3 };
    monitor.detectLatencySpikes();
    expect(corrections.map(({ incomplete }) => incomplete)).toEqual([[heard[0]!.id]]);
    const { file } = (await log.count(1))[0]!;
    expect(readFlight(file).spikes.map(({ incomplete }) => incomplete)).toEqual([true]);
  });

  it('claims no work of its own for a span in whose time records turned out to be lost', async () => {
    start(1024, { spanBudgetUs: 50 });
    Object.assign(source, { startedNs: 0, spanOrigins: oneOrigin });
    monitor.enableFlightRecorder({ directory: directory.path, beforeMs: 50, afterMs: 20 });
    const heard: SlowSpan[] = [];
    monitor.on('span', (span) => heard.push(span));
    source.push(...[0, 1].map((i) => order(nowNs() - (2 - i) * MS, 100_000)));
    monitor.session!.flush();
    expect(heard.map(({ incomplete }) => incomplete)).toEqual([undefined, undefined]);
    source.lossCounts = { ...noLosses, seen: 9, emitted: 6, dropped: 3 };
    monitor.detectLatencySpikes();
    const { file } = (await log.count(1))[0]!;
    const known = monitor.getSpans().slow.map((span) => JSON.stringify(spanToJson(span)));
    const recorded = readFlight(file).spans;
    expect(recorded.map((span) => JSON.stringify(span))).toEqual(known);
    expect(recorded.map(({ incomplete }) => incomplete)).toEqual([true, true]);
  });

  it('is not needed to hear of corrections, nor is anybody else who listens', () => {
    start();
    const corrections: SpikeCorrection[] = [];
    monitor.on('correction', (correction) => corrections.push(correction));
    const atNs = nowNs();
    source.push(...preemption(atNs, 200_000), instant(atNs + 5 * MS));
    monitor.session!.flush();
    source.lossCounts = { ...noLosses, seen: 9, emitted: 6, dropped: 3 };
    const [spike] = monitor.detectLatencySpikes();
    expect(corrections.map(({ incomplete }) => incomplete)).toEqual([[spike!.id]]);
  });

  it('shorter than its threshold is not made', () => {
    start();
    monitor.enableFlightRecorder({ directory: directory.path, thresholdUs: 250, afterMs: 0 });
    const atNs = nowNs() - 5 * MS;
    source.push(...preemption(atNs, 200_000));
    expect(monitor.detectLatencySpikes()).toHaveLength(1);
    monitor.stopMonitoring();
    expect(readdirSync(directory.path)).toEqual([]);
  });

  it('has all of a spike that is longer than the time before it', async () => {
    start();
    monitor.enableFlightRecorder({ directory: directory.path, beforeMs: 1, afterMs: 0 });
    const atNs = nowNs() - 40 * MS;
    source.push(instant(atNs - 2 * MS), instant(atNs - 0.5 * MS), ...preemption(atNs, 30 * MS));
    monitor.detectLatencySpikes();
    const { file } = (await log.count(1))[0]!;
    const flight = readFlight(file);
    expect(endsOf(flight, RecordKind.Migrate)).toEqual([atNs - 0.5 * MS]);
    expect(endsOf(flight, RecordKind.Switch)).toEqual([atNs + 30 * MS]);
    expect(flight.meta.window).toMatchObject({ fromNs: atNs - MS, complete: true });
  });
});

describe('the window of a recording', () => {
  it('goes beyond both its ends for spikes that do', async () => {
    start();
    const options = { directory: directory.path, thresholdUs: 1e6, beforeMs: 100, afterMs: 0 };
    monitor.enableFlightRecorder(options);
    const atNs = nowNs();
    const [first, last] = [atNs - 105 * MS, atNs - 2 * MS];
    source.push(
      instant(first - 2 * MS),
      instant(first - 0.5 * MS),
      ...preemption(first, 100 * MS),
      ...preemption(last, 400 * MS),
    );
    expect(monitor.detectLatencySpikes()).toHaveLength(2);
    monitor.freezeFlight();
    const flight = readFlight((await log.count(1))[0]!.file);
    expect(flight.spikes).toHaveLength(2);
    expect(endsOf(flight, RecordKind.Switch)).toEqual([atNs - 5 * MS, atNs + 398 * MS]);
    expect(endsOf(flight, RecordKind.Migrate)).toEqual([first - 0.5 * MS]);
    expect(flight.meta.window).toMatchObject({ fromNs: first - MS, complete: true });
  });

  it('begins and ends as asked for', async () => {
    start();
    monitor.enableFlightRecorder({ directory: directory.path, beforeMs: 10, afterMs: 30 });
    const beginNs = nowNs();
    source.push(instant(beginNs - 11 * MS), instant(beginNs - 9 * MS));
    expect(monitor.freezeFlight('a look')).toBe(true);
    source.push(instant(nowNs() + 20 * MS), instant(nowNs() + 500 * MS));
    const { window, triggers, file } = (await log.count(1))[0]!;
    const atNs = triggers[0]!.timestampNs;
    const ends = endsOf(readFlight(file), RecordKind.Migrate);
    expect(triggers).toEqual([{ type: 'call', reason: 'a look', timestampNs: atNs }]);
    expect(window).toMatchObject({ fromNs: atNs - 10 * MS, toNs: atNs + 30 * MS, complete: true });
    expect(ends.every((end) => end >= window.fromNs && end <= window.toNs)).toBe(true);
    // The first is out of it by 1 ms, if this took less than that; the last one always is.
    expect(ends.length).toBeGreaterThan(0);
    expect(ends.length).toBeLessThan(4);
  });

  it('says what the ring did not hold any more', async () => {
    start(64);
    monitor.enableFlightRecorder({ directory: directory.path, beforeMs: 1000, afterMs: 0 });
    const beginNs = nowNs();
    for (let i = 0; i < 200; i++) source.push(instant(beginNs + i));
    monitor.freezeFlight();
    const { window } = (await log.count(1))[0]!;
    expect(window).toMatchObject({
      complete: false,
      fromNs: beginNs + 136,
      records: 64,
      ring: { capacity: 64, records: 64, oldestEndNs: beginNs + 136 },
    });
  });

  it('that is open at the stop is written as far as it has come', () => {
    start();
    monitor.enableFlightRecorder({ directory: directory.path, beforeMs: 10, afterMs: 10_000 });
    monitor.freezeFlight('the end');
    monitor.stopMonitoring();
    expect(log.events).toHaveLength(1);
    expect(log.events[0]!.window.complete).toBe(false);
    expect(monitor.freezeFlight()).toBe(false);
    expect(readFlight(log.events[0]!.file).meta.triggers).toHaveLength(1);
  });
});

describe('the recorder', () => {
  it('withholds what is above the limit, and counts it', async () => {
    start();
    const options = { directory: directory.path, beforeMs: 1, afterMs: 0, maxFilesPerMinute: 3 };
    monitor.enableFlightRecorder(options);
    const taken: boolean[] = [];
    for (let i = 0; i < 7; i++) {
      taken.push(monitor.freezeFlight());
      await log.count(Math.min(3, i + 1));
    }
    expect(taken).toEqual([true, true, true, false, false, false, false]);
    expect(monitor.getFlightStats()).toEqual({ written: 3, failed: 0, joined: 0, withheld: 4 });
    expect(readdirSync(directory.path)).toHaveLength(3);
  });

  it('writes a window of its own for what ends after the open one', async () => {
    start();
    monitor.enableFlightRecorder({ directory: directory.path, beforeMs: 1, afterMs: 0 });
    for (let i = 0; i < 5; i++) monitor.freezeFlight(String(i));
    const events = await log.count(5);
    expect(events.map(({ triggers }) => triggers)).toEqual(
      [0, 1, 2, 3, 4].map((i) => [expect.objectContaining({ reason: String(i) })]),
    );
  });

  it('obeys a signal, and lets go of it', async () => {
    start();
    const before = process.listenerCount('SIGUSR2');
    monitor.enableFlightRecorder({ directory: directory.path, afterMs: 0 });
    process.kill(process.pid, 'SIGUSR2');
    const { triggers } = (await log.count(1))[0]!;
    expect(triggers).toMatchObject([{ type: 'signal', signal: 'SIGUSR2' }]);
    monitor.dispose();
    expect(process.listenerCount('SIGUSR2')).toBe(before);
  });

  it('may be ended by a listener, and goes on after a listener that throws', async () => {
    start();
    monitor.enableFlightRecorder({ directory: directory.path, beforeMs: 1, afterMs: 0 });
    monitor.on('flight', () => {
      throw new Error('of a listener');
    });
    monitor.freezeFlight();
    await log.count(1);
    monitor.on('flight', () => monitor.dispose());
    monitor.freezeFlight();
    await log.count(2);
    expect(monitor.monitoringActive).toBe(false);
    expect(monitor.getFlightStats()).toBeUndefined();
  });

  it('refuses options and directories that cannot work', () => {
    start();
    const enable = (options: object) => () =>
      monitor.enableFlightRecorder({ directory: directory.path, ...options });
    for (const wrong of [
      { directory: '' },
      { beforeMs: -1 },
      { afterMs: Number.NaN },
      { maxFilesPerMinute: 0 },
      { signal: 'SIGKILL' },
    ]) {
      expect(enable(wrong)).toThrow(expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' }));
    }
    expect(enable({ directory: '/proc/hftmon' })).toThrow(
      expect.objectContaining({ code: 'HFTMON_E_RECORDING_WRITE' }),
    );
    expect(monitor.freezeFlight()).toBe(false);
  });

  it('tells what it could not write, and goes on', async () => {
    start();
    const errors: MonitorError[] = [];
    const failed = new Promise<void>((resolve) => {
      monitor.on('error', ({ error }) => {
        errors.push(error);
        resolve();
      });
    });
    monitor.enableFlightRecorder({ directory: directory.path, afterMs: 0, maxBytes: 4096 });
    for (let i = 0; i < 100; i++) source.push(instant(nowNs()));
    monitor.freezeFlight();
    await failed;
    expect(errors.map(({ code }) => code)).toEqual(['HFTMON_E_RECORDING_WRITE']);
    expect(monitor.getFlightStats()).toMatchObject({ written: 0, failed: 1 });
    expect(monitor.monitoringActive).toBe(true);
  });
});

describe('a file that is no recording of a flight', () => {
  it('is refused with the reason', () => {
    start();
    const codes = ['/nowhere/at.all', join(import.meta.dirname, 'flight.test.ts')].map((file) => {
      try {
        return readFlight(file).file;
      } catch (error) {
        return (error as MonitorError).code;
      }
    });
    expect(codes).toEqual(['HFTMON_E_RECORDING_READ', 'HFTMON_E_RECORDING_FOREIGN']);
  });

  it('is refused where its checksums are right and what it says is not', () => {
    start();
    const file = join(directory.path, 'x.flight');
    for (const meta of [null, 7, 'hftmon.flight/1']) {
      const writer = new ContainerWriter();
      const pieces = [writer.preamble(), ...writer.json(BlockType.Meta, meta), ...writer.end()];
      writeFileSync(file, Buffer.concat(pieces));
      expect(() => readFlight(file)).toThrow(
        expect.objectContaining({ code: 'HFTMON_E_RECORDING_DAMAGED' }),
      );
    }
  });
});
