import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { RECORD_WORDS, RecordKind, durationAt, kindAt, tidAt, timestampAt } from '@hftmon/core';
import { createLatencyCollector } from '@hftmon/latency';
import { allowedCpus, needs, skipUnless, spawnHog, spawnSpinner } from '@hftmon/testkit';
import {
  HFTResourceMonitor,
  readFlight,
  replayFlight,
  spikeToJson,
  type Flight,
  type LatencySpike,
  type MonitorError,
} from '@hftmon/monitor';
import { FlightDirectory, FlightLog } from '../support/flights.js';

const [, cpu = 1] = allowedCpus();

beforeEach((context) => skipUnless(context, needs.bpf, needs.realtime));

/** Times off the CPU of a thread in a recording: start and end, ns since the epoch. */
function offCpuOf({ records }: Flight, tid: number): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  records.scan(({ u32, f64, count }) => {
    for (let base = 0; base < count * RECORD_WORDS; base += RECORD_WORDS) {
      if (kindAt(u32, base) !== RecordKind.Switch || tidAt(u32, base) !== tid) continue;
      const startNs = timestampAt(f64, base);
      found.push([startNs, startNs + durationAt(f64, base)]);
    }
  });
  return found;
}

/** All that a spike is, but its number, which counts from 1 in a replay. */
const whereAndWhy = ({
  tid,
  timestampNs,
  durationUs,
  receipt,
}: Pick<LatencySpike, 'tid' | 'timestampNs' | 'durationUs' | 'receipt'>): string =>
  JSON.stringify({ tid, timestampNs, durationUs, receipt });

const jsonOf = (spike: LatencySpike): string => JSON.stringify(spikeToJson(spike));

describe('spikes of a thread that is preempted a known number of times', () => {
  it('are recorded whole, with the receipts that everybody else is given', async () => {
    using directory = new FlightDirectory();
    using monitor = new HFTResourceMonitor();
    await using target = await spawnSpinner({ cpu, gapUs: 20 });
    await using hog = await spawnHog({ cpu, policy: 'fifo', burstUs: 3000, count: 7 });
    const heard = new Map<number, LatencySpike>();
    monitor.on('spike', (spike) => {
      for (const id of spike.supersedes ?? []) heard.delete(id);
      heard.set(spike.id, spike);
    });
    const log = new FlightLog(monitor);
    monitor.configure({ spikeThresholdUs: 2000 });
    monitor.enableFlightRecorder({
      directory: directory.path,
      beforeMs: 200,
      afterMs: 200,
      maxFilesPerMinute: 10_000,
      maxFiles: 10_000,
    });
    monitor.attachProcess(target.pid);
    monitor.startMonitoring();
    target.begin();
    await target.running();
    const { bursts } = await hog.go();
    const report = await target.stop();
    monitor.stopMonitoring();
    const flights = log.events.map(({ file }) => readFlight(file));
    const told = monitor.detectLatencySpikes();

    // Listeners and queries: the same spikes, byte for byte.
    expect([...heard.values()].map(jsonOf).sort()).toEqual(told.map(jsonOf).sort());
    // What `stat` shows is their number.
    const latency = monitor.getCollectorReports().find(({ name }) => name === 'latency')!.metrics;
    expect(Number(latency['spikes']) - Number(latency['superseded_spikes'])).toBe(told.length);
    // Recordings have all of them, and no other receipt of any.
    const recorded = new Map(
      flights.flatMap(({ spikes }) => spikes.map((spike) => [spike.id, JSON.stringify(spike)])),
    );
    for (const spike of told) expect(recorded.get(spike.id)).toBe(jsonOf(spike));
    // Every burst is in one of them, with the records of all of its time.
    const own = told.filter(({ tid }) => tid === report.tid);
    const whole = bursts.map(({ startNs, endNs }) => {
      const spike = own.find(
        ({ monotonicNs, durationNs }) => monotonicNs < endNs && monotonicNs + durationNs > startNs,
      )!;
      const spikeEndNs = spike.timestampNs + spike.durationNs;
      return flights
        .filter(({ spikes }) => spikes.some(({ id }) => id === spike.id))
        .some((flight) => {
          const { fromNs, toNs } = flight.meta.window;
          return (
            fromNs <= spike.timestampNs &&
            toNs >= spikeEndNs &&
            offCpuOf(flight, report.tid).some(
              ([from, to]) => from < spikeEndNs && to > spike.timestampNs,
            )
          );
        });
    });
    expect(whole).toEqual(Array.from({ length: 7 }, () => true));
    expect(monitor.getFlightStats()).toMatchObject({ failed: 0, withheld: 0 });
    expect(flights.reduce((sum, { meta }) => sum + meta.triggers.length, 0)).toBeGreaterThanOrEqual(
      told.length,
    );
    // Whoever plays a recording back finds each of its spikes again, with the same receipt.
    for (const flight of flights) {
      const collector = createLatencyCollector({ thresholdUs: 2000 });
      replayFlight(flight, collector, {});
      const again = collector.snapshot().map(whereAndWhy);
      for (const spike of flight.spikes) expect(again).toContain(whereAndWhy(spike));
    }
  });
});

describe('a disk that is full', () => {
  it('is an error that is told, and monitoring goes on', async (context) => {
    using disk = smallDisk(context);
    using monitor = new HFTResourceMonitor();
    await using target = await spawnSpinner({ cpu, gapUs: 20 });
    monitor.attachProcess(target.pid);
    const errors: MonitorError[] = [];
    const failed = new Promise<void>((resolve) => {
      monitor.on('error', ({ error }) => {
        errors.push(error);
        resolve();
      });
    });
    monitor.enableFlightRecorder({ directory: disk.path, beforeMs: 10, afterMs: 0 });
    monitor.startMonitoring();
    expect(monitor.freezeFlight()).toBe(true);
    await failed;
    expect(errors).toMatchObject([{ code: 'HFTMON_E_RECORDING_WRITE' }]);
    expect(errors[0]!.message).toMatch(/no space left on device/i);
    expect(readdirSync(disk.path)).toEqual(['filler']);
    expect(monitor.monitoringActive).toBe(true);
    // With space again, the next one is written.
    rmSync(join(disk.path, 'filler'));
    const log = new FlightLog(monitor);
    expect(monitor.freezeFlight()).toBe(true);
    await log.count(1);
    expect(monitor.getFlightStats()).toMatchObject({ written: 1, failed: 1 });
  });
});

/** A file system of 256 KiB, which is full. */
function smallDisk(context: TestContext): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'hftmon-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path], { stdio: 'pipe' });
  } catch (error) {
    rmSync(path, { recursive: true });
    context.skip(`this process may not mount a small file system: ${String(error)}`);
  }
  execFileSync('dd', ['if=/dev/zero', `of=${join(path, 'filler')}`, 'bs=4k', 'count=64'], {
    stdio: 'pipe',
  });
  return {
    path,
    [Symbol.dispose]() {
      execFileSync('umount', [path]);
      rmSync(path, { recursive: true });
    },
  };
}
