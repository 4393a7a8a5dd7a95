import { RECORD_WORDS, createBatch, type RecordBatch } from '@hftmon/core';
import { writeFakeRecord, type FakeRecord } from '@hftmon/testkit';
import { SpikeDetector } from '../../src/detect/spike-detector.js';
import { Thresholds } from '../../src/detect/thresholds.js';
import { CpuLogs } from '../../src/observe/cpu-logs.js';
import { RecordIntake } from '../../src/observe/record-intake.js';
import { StopSignals } from '../../src/observe/stop-signals.js';
import { ThreadRegistry } from '../../src/observe/thread-registry.js';
import { resolveOptions } from '../../src/options/latency-options.js';
import { fault, move, offCpu, ran, signal, softirq, syscall, vector } from './records.js';

/** What a busy thread lives through in 100 us, without a spike: every kind of record. */
const SCENE: readonly FakeRecord[] = [
  vector({ from: 0, to: 2000 }),
  softirq(1, { from: 3000, to: 4000 }),
  fault({ from: 6000, to: 8000 }),
  signal(10, 9000, 31),
  ran(31, 10_000, 14_000),
  softirq(3, { from: 12_000, to: 13_000, tid: 31, waiting: true }),
  move(14_000, 0, 1, 31),
  offCpu({ from: 10_000, to: 17_000, next: 31, previous: 37, cpuFrom: 0, cpu: 1 }),
  offCpu({ from: 20_000, to: 80_000, woken: 75_000, previous: 0 }),
  // Long, and worth a look each time, but mostly asleep.
  syscall(1, { from: 18_000, to: 85_000, net: 7000 }),
  vector({ from: 90_000, to: 91_000 }),
];
const PERIOD_NS = 100_000;

/** The hot path of the collector over records of ever later times. */
export function intakeLoop(): {
  readonly records: number;
  readonly run: (rounds: number) => void;
  readonly reported: () => number;
} {
  let reported = 0;
  // Floor and ceiling are the threshold, so that it adapts all the time and stays as it is.
  const adaptive = { minStalls: 64, floorUs: 50, ceilingUs: 50 };
  const options = resolveOptions({ thresholdUs: 50, adaptive });
  const thresholds = new Thresholds(options, new Map(), () => 'hot');
  const detector = new SpikeDetector(options, thresholds, {
    onGroup: () => reported++,
    onLooked: () => undefined,
  });
  const threads = new ThreadRegistry('/nonexistent', (track) => detector.close(track));
  const cpus = new CpuLogs();
  const signals = new StopSignals();
  const intake = new RecordIntake({ threads, cpus, signals, detector });
  const batch: RecordBatch = createBatch(SCENE.length);
  SCENE.forEach((record, i) => {
    writeFakeRecord(batch.u32, batch.f64, i * RECORD_WORDS, record);
  });
  const { u32, f64 } = batch;
  return {
    records: SCENE.length,
    run(rounds) {
      for (let round = 0; round < rounds; round++) {
        for (let i = 0, base = 0; i < SCENE.length; i++, base += RECORD_WORDS) {
          intake.take(u32, f64, base);
          f64[base / 2]! += PERIOD_NS;
        }
        detector.advance(intake.watermarkNs);
      }
    },
    reported: () => reported,
  };
}
