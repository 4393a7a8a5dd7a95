import { RECORD_WORDS, RecordKind, TaskTable, createBatch } from '@hftmon/core';
import { taskRecord, writeFakeRecord, type FakeRecord } from '@hftmon/testkit';
import { inversionInfo } from '../../src/inversion/inversion-info.js';
import { InversionFinder } from '../../src/inversion/inversion-finder.js';
import { StreamIntake } from '../../src/threads/stream-intake.js';
import { ThreadRegistry } from '../../src/threads/thread-registry.js';
import type { ThreadTrack } from '../../src/threads/thread-track.js';

/** The part of the collector that records go through, with threads of known priorities. */
export class Stage {
  readonly tasks = new TaskTable();
  readonly registry = new ThreadRegistry();
  readonly finder = new InversionFinder(this.registry, this.tasks);
  readonly intake = new StreamIntake(this.registry, this.tasks, this.finder);
  #sequence = 0;

  /** A thread of process 5 with a priority as the kernel counts. */
  thread(tid: number, priority: number, pid = 5): ThreadTrack {
    const track = this.registry.add(tid, pid)!;
    track.kernelPriority = priority;
    this.task(tid, priority, pid);
    return track;
  }

  /** A task that is no target. */
  task(tid: number, priority: number, pid = tid): void {
    const policy = priority < 100 ? 'SCHED_FIFO' : 'SCHED_OTHER';
    this.push(taskRecord({ tid, pid, comm: `t${tid}`, priority, policy }));
  }

  /** Delivers records as one batch. */
  push(...records: readonly FakeRecord[]): void {
    const batch = createBatch(records.length);
    records.forEach((record, i) => {
      writeFakeRecord(batch.u32, batch.f64, i * RECORD_WORDS, record);
      if (record.kind === RecordKind.Task) this.tasks.add(batch.u32, batch.f64, i * RECORD_WORDS);
    });
    batch.count = records.length;
    batch.firstSequence = this.#sequence;
    this.#sequence += records.length;
    this.intake.onRecords(batch);
  }

  /** Leaves out records, as a ring does that overwrites them. */
  lose(records: number): void {
    this.#sequence += records;
  }

  /** What was found, in short. */
  inversions() {
    const { log } = this.finder;
    const clock = { toDate: (ns: number) => new Date(ns / 1e6) };
    const context = { clock, source: { tasks: this.tasks } } as never;
    return Array.from({ length: log.count }, (_, i) => {
      const info = inversionInfo(log, i, context);
      const endNs = info.timestampNs + Math.round(info.durationUs * 1e3);
      return { ...info, endNs, tids: info.chain.map(({ tid }) => tid) };
    });
  }
}

/** futex(2) operations. */
export const FUTEX_WAIT = 0;
export const FUTEX_LOCK_PI = 6;

/** A stage with the waiter 1 (priority 49), the holder 2 (120), and a third (89). */
export function stageOfThree(): Stage {
  const made = new Stage();
  made.thread(1, 49);
  made.thread(2, 120);
  made.thread(3, 89);
  return made;
}

/** A lock that a thread waits for. */
export function lock(operation: number, address = 0x1000) {
  return { address, operation };
}
