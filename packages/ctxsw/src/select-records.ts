import {
  PidIndex,
  RECORD_WORDS,
  RecordKind,
  RecordSelection,
  durationAt,
  kindAt,
  tidAt,
  timestampAt,
  type RecordQuery,
  type TaskDirectory,
} from '@hftmon/core';
import type { QueryFilter } from './query-filter.js';

/** Copies the records of a kind that pass a filter out of the history, oldest first. */
export function selectRecords(
  history: RecordQuery,
  tasks: TaskDirectory,
  kind: RecordKind,
  filter: QueryFilter,
): RecordSelection {
  const { pid, tid, minDurationNs, fromNs, limit } = filter;
  const selection = new RecordSelection(limit);
  const pids = pid === undefined ? undefined : new PidIndex(tasks);
  history.scan(({ u32, f64, count }) => {
    for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
      if (kindAt(u32, base) !== kind) {
        pids?.see(u32, base);
        continue;
      }
      const durationNs = durationAt(f64, base);
      if (durationNs < minDurationNs) continue;
      const endNs = timestampAt(f64, base) + durationNs;
      if (endNs < fromNs) continue;
      const recordTid = tidAt(u32, base);
      if (tid !== undefined && recordTid !== tid) continue;
      if (pids !== undefined && pids.pidOf(recordTid, endNs) !== pid) continue;
      selection.add(u32, base);
    }
  });
  return selection;
}
