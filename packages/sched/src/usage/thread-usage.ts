import {
  RECORD_WORDS,
  RecordKind,
  SwitchFlag,
  durationAt,
  kindAt,
  switchFlags,
  switchQueueDepth,
  switchWaitNs,
  tidAt,
  timestampAt,
  type RecordQuery,
  type ThreadTotals,
} from '@hftmon/core';
import { isWakeUp } from '../periods/is-wake-up.js';
import { DepthCounts } from '../threads/depth-counts.js';
import { Sum, type ThreadTrack } from '../threads/thread-track.js';

/** What a thread used of a window of time. */
export interface ThreadUsage {
  /** Time on a CPU, ns. */
  readonly cpuNs: number;
  /** Time runnable but not running, ns. */
  readonly waitNs: number;
  /** Waits after wake-ups that ended within the window, ns. */
  readonly latenciesNs: readonly number[];
  /** Others that were runnable on its CPU at these wake-ups. */
  readonly depths: DepthCounts;
  /** Length of the part of the window in which the thread was followed, ns. */
  readonly windowNs: number;
}

/** A thread of which the window is asked for. */
export interface UsageSubject {
  readonly totals: ThreadTotals;
  readonly track: ThreadTrack | undefined;
}

/** What is asked for. */
export interface WindowQuestion {
  /** End of the window, ns since the epoch; not later than when the totals were read. */
  readonly nowNs: number;
  /** Begin of the window; it begins later when the history does not reach so far. */
  readonly fromNs: number;
  /** Records that there ever were. */
  readonly allRecords: number;
}

interface Account {
  /** The thread was followed from here ... */
  readonly bornNs: number;
  /** ... to here: its end, or when its totals were read, which is a little later than asked. */
  readonly endNs: number;
  /** End of the latest record that is in the sums of its track. */
  readonly deliveredNs: number;
  offNs: number;
  waitNs: number;
  /** Time off the CPU and waiting in later records. */
  undeliveredOffNs: number;
  undeliveredWaitNs: number;
  readonly latenciesNs: number[];
  readonly depths: DepthCounts;
}

/**
 * Time on the CPU and waiting of each thread between two moments, exact: the window less the times
 * off the CPU that the history holds, less the present one, which is what the kernel's totals
 * have beyond all records so far. Only right when no Switch record was lost or filtered.
 * A thread that ended so long ago that it is not tracked any more is left out.
 */
export function windowUsage(
  history: RecordQuery,
  subjects: readonly UsageSubject[],
  question: WindowQuestion,
): ReadonlyMap<ThreadTotals, ThreadUsage> {
  const { nowNs, fromNs, allRecords } = question;
  const beginNs = Math.max(fromNs, coveredFrom(history, allRecords));
  const accounts = new Map<UsageSubject, Account>();
  const byTid = new Map<number, Account[]>();
  for (const subject of subjects) {
    if (subject.totals.state === 'exited' && subject.track === undefined) continue;
    const account = openAccount(subject);
    accounts.set(subject, account);
    byTid.set(subject.totals.tid, [...(byTid.get(subject.totals.tid) ?? []), account]);
  }
  history.scan(({ u32, f64, count }) => {
    for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
      if (kindAt(u32, base) !== RecordKind.Switch) continue;
      const startNs = timestampAt(f64, base);
      const endNs = startNs + durationAt(f64, base);
      const sameTid = byTid.get(tidAt(u32, base));
      const account = sameTid?.find((each) => endNs >= each.bornNs && endNs <= each.endNs);
      if (account === undefined) continue;
      const waitNs = switchWaitNs(u32, base);
      account.offNs += overlap(startNs, endNs, beginNs, nowNs);
      account.waitNs += overlap(endNs - waitNs, endNs, beginNs, nowNs);
      if (endNs > account.deliveredNs) {
        account.undeliveredOffNs += endNs - startNs;
        account.undeliveredWaitNs += waitNs;
      }
      if (endNs >= beginNs) addWakeUp(account, u32, base, waitNs);
    }
  });
  const threads = new Map<ThreadTotals, ThreadUsage>();
  for (const [subject, account] of accounts) {
    threads.set(subject.totals, closeAccount(subject, account, beginNs, nowNs));
  }
  return threads;
}

/**
 * From when on the history holds every record: they stand in the order of their ends, so from the
 * end of the oldest. -Infinity when it holds all that there ever were.
 */
function coveredFrom(history: RecordQuery, allRecords: number): number {
  let fromNs: number | undefined;
  let sequence = 0;
  const { visited } = history.scan(({ f64, firstSequence }) => {
    if (fromNs !== undefined) return;
    fromNs = timestampAt(f64, 0) + durationAt(f64, 0);
    sequence = firstSequence;
  });
  // A history that was kept beyond its ring counts from 0 again.
  const holdsAll = sequence === 0 && visited >= allRecords;
  return holdsAll || fromNs === undefined ? -Infinity : fromNs;
}

function addWakeUp(account: Account, u32: Uint32Array, base: number, waitNs: number): void {
  const flags = switchFlags(u32, base);
  if (!isWakeUp(flags)) return;
  account.latenciesNs.push(waitNs);
  if ((flags & SwitchFlag.DepthSeen) !== 0) account.depths.record(switchQueueDepth(u32, base));
}

function openAccount({ totals, track }: UsageSubject): Account {
  return {
    bornNs: totals.bornNs,
    endNs: totals.bornNs + totals.lifetimeNs,
    deliveredNs: track?.sums[Sum.LastEndNs] ?? -Infinity,
    offNs: 0,
    waitNs: 0,
    undeliveredOffNs: 0,
    undeliveredWaitNs: 0,
    latenciesNs: [],
    depths: new DepthCounts(),
  };
}

function closeAccount(
  { totals, track }: UsageSubject,
  account: Account,
  fromNs: number,
  nowNs: number,
): ThreadUsage {
  const { bornNs, endNs, latenciesNs, depths } = account;
  const lived = overlap(bornNs, endNs, fromNs, nowNs);
  const open = (total: number, sum: number, undelivered: number): number =>
    totals.state === 'exited' || totals.state === 'running'
      ? 0
      : Math.max(0, total - (track?.sums[sum] ?? 0) - undelivered);
  // The present time off the CPU began so long ago, or before the window.
  const openOffNs = open(totals.offCpuNs, Sum.OffNs, account.undeliveredOffNs);
  const openWaitNs = open(totals.runQueueNs, Sum.WaitNs, account.undeliveredWaitNs);
  const offNs = account.offNs + overlap(endNs - openOffNs, endNs, fromNs, nowNs);
  return {
    cpuNs: Math.max(0, lived - offNs),
    waitNs: account.waitNs + overlap(endNs - openWaitNs, endNs, fromNs, nowNs),
    latenciesNs,
    depths,
    windowNs: lived,
  };
}

function overlap(startNs: number, endNs: number, fromNs: number, toNs: number): number {
  return Math.max(0, Math.min(endNs, toNs) - Math.max(startNs, fromNs));
}
