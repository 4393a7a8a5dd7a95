import { cpuAt, durationAt, kindAt, tidAt, timestampAt } from '../record/fields.js';
import { RECORD_WORDS } from '../record/record-descriptor.js';
import { PidIndex } from '../session/pid-index.js';
import type { TaskDirectory } from '../session/task-directory.js';
import type { RecordFilter } from './record-filter.js';
import type { RecordQuery } from './record-query.js';
import { RecordSelection } from './record-selection.js';

/** Is the record at `base` one of those that the query is about? Called once per record. */
export type RecordPredicate = (kind: number, u32: Uint32Array, base: number) => boolean;

/** Copies the records that pass out of the history, in the order of their ends. */
export function selectRecords(
  history: RecordQuery,
  tasks: TaskDirectory,
  isWanted: RecordPredicate,
  filter: RecordFilter,
): RecordSelection {
  const { pid, tid, cpu, minDurationNs, fromNs, limit } = filter;
  const selection = new RecordSelection(limit);
  const pids = pid === undefined ? undefined : new PidIndex(tasks);
  history.scan(({ u32, f64, count }) => {
    for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
      pids?.see(u32, base);
      if (!isWanted(kindAt(u32, base), u32, base)) continue;
      const durationNs = durationAt(f64, base);
      if (durationNs < minDurationNs) continue;
      const endNs = timestampAt(f64, base) + durationNs;
      if (endNs < fromNs) continue;
      if (cpu !== undefined && cpuAt(u32, base) !== cpu) continue;
      const recordTid = tidAt(u32, base);
      if (tid !== undefined && recordTid !== tid) continue;
      if (pids !== undefined && pids.pidOf(recordTid, endNs) !== pid) continue;
      selection.add(u32, base);
    }
  });
  return selection;
}
