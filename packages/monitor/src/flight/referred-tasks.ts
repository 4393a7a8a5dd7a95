import {
  RECORD_WORDS,
  RecordKind,
  durationAt,
  kindAt,
  lockOwnerTid,
  migrateMoverTid,
  piBoostDonorTid,
  signalSenderTid,
  softirqRaiserTid,
  switchNextTid,
  switchPreviousTid,
  switchWakerTid,
  threadStartParentTid,
  tidAt,
  timestampAt,
  vectorSenderTid,
  type RecordBatch,
  type TaskDirectory,
  type TaskInfo,
} from '@hftmon/core';
import type { NamedTask } from './flight-types.js';

type TidOf = (u32: Uint32Array, base: number) => number;

/** Tasks that records name besides the one that they are about. */
const REFERRED: ReadonlyMap<number, readonly TidOf[]> = new Map([
  [RecordKind.Switch, [switchNextTid, switchPreviousTid, switchWakerTid]],
  [RecordKind.Migrate, [migrateMoverTid]],
  [RecordKind.ThreadStart, [threadStartParentTid]],
  [RecordKind.Softirq, [softirqRaiserTid]],
  [RecordKind.Vector, [vectorSenderTid]],
  [RecordKind.Signal, [signalSenderTid]],
  [RecordKind.PiBoost, [piBoostDonorTid]],
  [RecordKind.Lock, [lockOwnerTid]],
]);

/** Who the tasks are that the records name, each time that the answer is another one. */
export function referredTasks(batch: RecordBatch, tasks: TaskDirectory): NamedTask[] {
  const known = new Map<number, TaskInfo>();
  const found: NamedTask[] = [];
  const see = (tid: number, atNs: number): void => {
    if (tid === 0) return;
    const info = tasks.lookup(tid, atNs);
    if (info === undefined || info === known.get(tid)) return;
    known.set(tid, info);
    found.push({ fromNs: atNs, info });
  };
  const { u32, f64, count } = batch;
  for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
    const startNs = timestampAt(f64, base);
    const endNs = startNs + durationAt(f64, base);
    const others = REFERRED.get(kindAt(u32, base)) ?? [];
    see(tidAt(u32, base), startNs);
    if (endNs !== startNs) see(tidAt(u32, base), endNs);
    for (const tidOf of others) {
      see(tidOf(u32, base), startNs);
      see(tidOf(u32, base), endNs);
    }
  }
  return found;
}
