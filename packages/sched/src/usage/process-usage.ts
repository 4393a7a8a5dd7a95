import { RecordKind, type CollectorContext, type Support, type ThreadTotals } from '@hftmon/core';
import { absent, present } from '../support.js';
import { DepthCounts } from '../threads/depth-counts.js';
import type { ThreadRegistry } from '../threads/thread-registry.js';
import type { StreamIntake } from '../threads/stream-intake.js';
import type { ThreadTrack } from '../threads/thread-track.js';
import {
  windowUsage,
  type ThreadUsage,
  type UsageSubject,
  type WindowQuestion,
} from './thread-usage.js';

/** A thread of a process, with what it used. */
export interface ThreadRow {
  readonly totals: ThreadTotals;
  readonly track: ThreadTrack | undefined;
  /** `undefined` when {@link ProcessUsage.source} says so, or the thread ended too long ago. */
  readonly usage: ThreadUsage | undefined;
}

/** The threads of a process, and where the times are from. */
export interface ProcessUsage {
  readonly rows: readonly ThreadRow[];
  /** CPU time of all of its threads, ns. */
  readonly cpuNs: number;
  readonly source: Support;
  /** When it was asked, ns since the epoch. */
  readonly nowNs: number;
  /** Begin of the window that was asked for; -Infinity without one. */
  readonly fromNs: number;
  /** Wake-ups of this window alone are in the rows. */
  readonly isWindow: boolean;
}

/** What is asked for. */
export interface UsageQuestion {
  readonly pid: number;
  readonly nowNs: number;
  /** Infinity without a window. */
  readonly windowNs: number;
}

/** Times of all threads of a process, since they were attached or within a window. */
export function processUsage(
  { source, history }: Pick<CollectorContext, 'source' | 'history'>,
  registry: ThreadRegistry,
  intake: StreamIntake,
  { pid, nowNs, windowNs }: UsageQuestion,
): ProcessUsage {
  const subjects = withTracks(source.totals(pid), registry.of(pid));
  const isWindow = windowNs < Infinity;
  const fromNs = nowNs - windowNs;
  const reason = isWindow ? whyNoWindow(source, intake) : undefined;
  if (reason !== undefined) {
    const rows = subjects.map((subject) => ({ ...subject, usage: undefined }));
    return { rows, cpuNs: 0, source: reason, isWindow, nowNs, fromNs };
  }
  const rows = isWindow
    ? rowsOfWindow(history, subjects, intake, { nowNs, fromNs })
    : subjects.map(rowOfLife);
  const cpuNs = rows.reduce((sum, { usage }) => sum + (usage?.cpuNs ?? 0), 0);
  const what = isWindow ? 'BPF: records of sched_switch' : 'BPF: thread table of sched_switch';
  return { rows, cpuNs, source: present('kernel', what), isWindow, nowNs, fromNs };
}

function rowOfLife({ totals, track }: UsageSubject): ThreadRow {
  const { onCpuNs, runQueueNs, lifetimeNs } = totals;
  const depths = new DepthCounts();
  const windowNs = lifetimeNs;
  const usage = { cpuNs: onCpuNs, waitNs: runQueueNs, latenciesNs: [], depths, windowNs };
  return { totals, track, usage };
}

function rowsOfWindow(
  history: CollectorContext['history'],
  subjects: readonly UsageSubject[],
  intake: StreamIntake,
  times: Pick<WindowQuestion, 'nowNs' | 'fromNs'>,
): ThreadRow[] {
  const allRecords = intake.records + intake.lostRecords;
  const window = windowUsage(history, subjects, { ...times, allRecords });
  return subjects.map((subject) => ({ ...subject, usage: window.get(subject.totals) }));
}

/** The exact account of a window needs every switch since the start. */
function whyNoWindow(
  source: CollectorContext['source'],
  intake: StreamIntake,
): Support | undefined {
  const { filtered = 0, dropped = 0 } = source.losses().byKind.get(RecordKind.Switch) ?? {};
  if (filtered > 0) {
    return absent(
      `${filtered} switches were filtered, and a window needs all of them`,
      'leave Switch out of minDurationNs, or ask without a window',
    );
  }
  const lost = dropped + intake.lostRecords;
  if (lost === 0) return undefined;
  return absent(
    `${lost} records were lost, and a window needs all switches`,
    'raise kernelRecordsPerCpu or historyRecords, or ask without a window',
  );
}

/**
 * Finds the track of each thread. Of several ended ones with the same tid, only the last can be
 * told for sure. The totals may know of an end whose record is still to come: then the track is
 * among the live ones.
 */
function withTracks(
  totals: readonly ThreadTotals[],
  tracks: readonly ThreadTrack[],
): UsageSubject[] {
  const live = new Map<number, ThreadTrack>();
  const ended = new Map<number, ThreadTrack>();
  for (const track of tracks) (track.hasEnded ? ended : live).set(track.tid, track);
  const alive = new Set<number>();
  for (const { tid, state } of totals) if (state !== 'exited') alive.add(tid);
  const subjects: UsageSubject[] = [];
  for (const thread of [...totals].reverse()) {
    const told = alive.has(thread.tid) || !live.has(thread.tid);
    const from = thread.state === 'exited' && told ? ended : live;
    const track = from.get(thread.tid);
    from.delete(thread.tid);
    subjects.push({ totals: thread, track });
  }
  return subjects.reverse();
}
