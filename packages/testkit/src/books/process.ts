import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { parseStat } from '@hftmon/core';

/** Set in the flags of a task that is ending, before anybody who waits for its end hears of that. */
const PF_EXITING = 4;

/** Threads of a process now, ascending; empty when it is gone. */
export function listThreads(pid: number, procRoot = '/proc'): number[] {
  return numbersIn(`${procRoot}/${pid}/task`);
}

/**
 * Those of them that are not about to end. A thread that was joined has ended for whoever did it,
 * and stands in /proc for some microseconds more.
 */
export function listStayingThreads(pid: number, procRoot = '/proc'): number[] {
  return listThreads(pid, procRoot).filter((tid) => {
    try {
      const stat = parseStat(readFileSync(`${procRoot}/${pid}/task/${tid}/stat`, 'utf8'));
      return stat !== undefined && (stat.flags & PF_EXITING) === 0;
    } catch {
      return false; // gone meanwhile
    }
  });
}

/** Processes now, ascending. */
export function listProcesses(procRoot = '/proc'): number[] {
  return numbersIn(procRoot);
}

/** Open file descriptors of a process and what they lead to; empty when it is gone. */
export function listFds(pid: number, procRoot = '/proc'): Map<number, string> {
  const fds = new Map<number, string>();
  for (const fd of numbersIn(`${procRoot}/${pid}/fd`)) {
    try {
      fds.set(fd, readlinkSync(`${procRoot}/${pid}/fd/${fd}`));
    } catch {
      // Closed since it was listed; for one's own process, the directory itself.
    }
  }
  return fds;
}

function numbersIn(directory: string): number[] {
  try {
    return readdirSync(directory)
      .map(Number)
      .filter((number) => Number.isInteger(number))
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}
