import { RECORD_WORDS, RecordKind, durationAt, kindAt, tidAt } from '@hftmon/core';
import type { Flight } from '@hftmon/monitor';

/** Events of one thread in a recording. */
export interface ThreadEvents {
  readonly tid: number;
  /** Empty when the recording does not tell. */
  readonly comm: string;
  readonly events: number;
  /** Number of events by kind, the most frequent first. */
  readonly byKind: Readonly<Record<string, number>>;
  /** Of the longest one. */
  readonly longestNs: number;
}

const KIND_NAMES = new Map<number, string>(
  Object.entries(RecordKind).map(([name, kind]) => [kind, name]),
);

interface Count {
  events: number;
  longestNs: number;
  readonly byKind: Map<number, number>;
}

/** The threads that most records are about, the busiest first. */
export function busiestThreads({ records, dictionary }: Flight, most = 10): ThreadEvents[] {
  const counts = new Map<number, Count>();
  records.scan(({ u32, f64, count }) => {
    for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
      const kind = kindAt(u32, base);
      if (kind === RecordKind.Task) continue;
      const tid = tidAt(u32, base);
      let thread = counts.get(tid);
      if (thread === undefined) {
        counts.set(tid, (thread = { events: 0, longestNs: 0, byKind: new Map() }));
      }
      thread.events++;
      thread.longestNs = Math.max(thread.longestNs, durationAt(f64, base));
      thread.byKind.set(kind, (thread.byKind.get(kind) ?? 0) + 1);
    }
  });
  const names = new Map(dictionary.tasks.map(({ info }) => [info.tid, info.comm]));
  return [...counts]
    .sort((a, b) => b[1].events - a[1].events)
    .slice(0, most)
    .map(([tid, { events, longestNs, byKind }]) => ({
      tid,
      comm: tid === 0 ? 'swapper' : (names.get(tid) ?? ''),
      events,
      byKind: Object.fromEntries(
        [...byKind]
          .sort((a, b) => b[1] - a[1])
          .map(([kind, number]) => [KIND_NAMES.get(kind) ?? `kind ${kind}`, number]),
      ),
      longestNs,
    }));
}
