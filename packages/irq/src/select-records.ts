import {
  PidIndex,
  RECORD_WORDS,
  RecordKind,
  RecordSelection,
  cpuAt,
  durationAt,
  kindAt,
  tidAt,
  timestampAt,
  type RecordQuery,
  type TaskDirectory,
} from '@hftmon/core';
import type { QueryFilter } from './query-filter.js';
import { recordType } from './record-type.js';

/** Copies the interrupts that pass a filter out of the history, in the order of their ends. */
export function selectRecords(
  history: RecordQuery,
  tasks: TaskDirectory,
  filter: QueryFilter,
): RecordSelection {
  const { pid, tid, cpu, type, minDurationNs, fromNs, limit } = filter;
  const selection = new RecordSelection(limit);
  const pids = pid === undefined ? undefined : new PidIndex(tasks);
  history.scan(({ u32, f64, count }) => {
    for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
      const kind = kindAt(u32, base);
      if (kind < RecordKind.HardIrq || kind > RecordKind.Nmi) {
        pids?.see(u32, base);
        continue;
      }
      const durationNs = durationAt(f64, base);
      if (durationNs < minDurationNs) continue;
      const endNs = timestampAt(f64, base) + durationNs;
      if (endNs < fromNs) continue;
      if (cpu !== undefined && cpuAt(u32, base) !== cpu) continue;
      if (type !== undefined && recordType(kind, u32, base) !== type) continue;
      const recordTid = tidAt(u32, base);
      if (tid !== undefined && recordTid !== tid) continue;
      if (pids !== undefined && pids.pidOf(recordTid, endNs) !== pid) continue;
      selection.add(u32, base);
    }
  });
  return selection;
}
