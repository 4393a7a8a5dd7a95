import { listThreads } from './process.js';
import { readTaskStatus } from './task-status.js';

/** Context switches by kind. */
export interface SwitchCounts {
  readonly voluntary: number;
  readonly involuntary: number;
}

/** The kernel's switch counts of every thread of a process, by tid. */
export function readSwitches(pid: number, procRoot = '/proc'): Map<number, SwitchCounts> {
  const counts = new Map<number, SwitchCounts>();
  for (const tid of listThreads(pid, procRoot)) {
    const status = readTaskStatus(pid, tid, procRoot);
    counts.set(tid, {
      voluntary: status.voluntarySwitches,
      involuntary: status.involuntarySwitches,
    });
  }
  return counts;
}

/** `after` minus `before`; threads that began in between count from zero. */
export function switchesDelta(
  before: ReadonlyMap<number, SwitchCounts>,
  after: ReadonlyMap<number, SwitchCounts>,
): Map<number, SwitchCounts> {
  const delta = new Map<number, SwitchCounts>();
  for (const [tid, now] of after) {
    const old = before.get(tid);
    delta.set(tid, {
      voluntary: now.voluntary - (old?.voluntary ?? 0),
      involuntary: now.involuntary - (old?.involuntary ?? 0),
    });
  }
  return delta;
}
