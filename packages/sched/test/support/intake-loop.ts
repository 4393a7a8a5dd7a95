import {
  LogLinearHistogram,
  RECORD_WORDS,
  SwitchFlag,
  TaskTable,
  createBatch,
  type RecordBatch,
} from '@hftmon/core';
import { writeFakeRecord, type FakeRecord } from '@hftmon/testkit';
import { InversionFinder } from '../../src/inversion/inversion-finder.js';
import { StreamIntake } from '../../src/threads/stream-intake.js';
import { ThreadRegistry } from '../../src/threads/thread-registry.js';
import { switchRecord } from './records.js';

const DEPTH_SEEN = SwitchFlag.Voluntary | SwitchFlag.WakeSeen | SwitchFlag.DepthSeen;
const LOCK = { address: 0x7fff_1234_5678, operation: 0 };

/** What two threads live through in 100 us; the last is an inversion if 7 is the stronger one. */
const SCENE: readonly FakeRecord[] = [
  switchRecord({ tid: 8, timestampNs: 2000, durationNs: 3000, waitNs: 700, flags: DEPTH_SEEN }),
  switchRecord({ tid: 8, timestampNs: 20_000, durationNs: 9000, waitNs: 9000, flags: 0, next: 9 }),
  switchRecord({ tid: 8, timestampNs: 40_000, durationNs: 5000, waitNs: 100, syscall: 230 }),
  switchRecord({ tid: 8, timestampNs: 50_000, durationNs: 9000, waitNs: 9000, flags: 0, next: 9 }),
  switchRecord({
    tid: 7,
    timestampNs: 1000,
    durationNs: 70_000,
    waitNs: 900,
    waker: 8,
    lock: LOCK,
  }),
];
const PERIOD_NS = 100_000;

/** The hot path of the collector over records of ever later times. */
export function intakeLoop(waiterPriority: number): {
  readonly records: number;
  readonly run: (rounds: number) => void;
  readonly inversions: () => number;
  readonly latencies: () => LogLinearHistogram;
} {
  const tasks = new TaskTable();
  for (const [tid, priority] of [
    [7, waiterPriority],
    [8, 120],
    [9, 120],
  ] as const) {
    const policy = priority < 100 ? 'SCHED_FIFO' : 'SCHED_OTHER';
    tasks.set({ tid, pid: 5, comm: 't', priority, policy, kernelThread: false }, 0);
  }
  const registry = new ThreadRegistry();
  for (const tid of [7, 8]) {
    const track = registry.add(tid, 5)!;
    track.kernelPriority = track.toldPriority = tasks.lookup(tid)!.priority;
  }
  const finder = new InversionFinder(registry, tasks);
  const intake = new StreamIntake(registry, tasks, finder);
  const batch: RecordBatch = createBatch(SCENE.length);
  SCENE.forEach((record, i) => {
    writeFakeRecord(batch.u32, batch.f64, i * RECORD_WORDS, record);
  });
  batch.count = SCENE.length;
  return {
    records: SCENE.length,
    run(rounds) {
      for (let round = 0; round < rounds; round++) {
        intake.onRecords(batch);
        for (let i = 0; i < SCENE.length; i++) batch.f64[(i * RECORD_WORDS) / 2]! += PERIOD_NS;
        batch.firstSequence = (batch.firstSequence + SCENE.length) >>> 0;
      }
    },
    inversions: () => finder.log.total,
    latencies: () => intake.latency,
  };
}
