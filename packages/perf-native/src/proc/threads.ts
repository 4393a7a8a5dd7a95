import { readdirSync } from 'node:fs';
import { createError, parseStat } from '@hftmon/core';
import { readText } from './read.js';

/** A thread as /proc shows it. */
export interface ThreadInfo {
  readonly tid: number;
  readonly comm: string;
  /** R, S, D, T, t, Z, X, I. */
  readonly state: string;
  /** Clock ticks (10 ms) since boot. */
  readonly startTimeTicks: number;
}

/**
 * The threads of a process by tid, from `/proc/PID/task`. Threads that end during the reading are
 * left out.
 *
 * @throws ProcessNotFoundError HFTMON_E_PROCESS_NOT_FOUND when the process is gone
 */
export function listThreads(pid: number, procRoot = '/proc'): ThreadInfo[] {
  const folder = `${procRoot}/${pid}/task`;
  let tids: string[];
  try {
    tids = readdirSync(folder);
  } catch (cause) {
    throw createError('HFTMON_E_PROCESS_NOT_FOUND', { pid }, { cause });
  }
  const threads: ThreadInfo[] = [];
  for (const tid of tids) {
    const stat = parseStat(readText(`${folder}/${tid}/stat`) ?? '');
    if (stat === undefined) continue;
    const { comm, state, startTimeTicks } = stat;
    threads.push({ tid: stat.id, comm, state, startTimeTicks });
  }
  return threads.sort((a, b) => a.tid - b.tid);
}
