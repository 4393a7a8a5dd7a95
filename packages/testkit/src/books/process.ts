import { readdirSync, readlinkSync } from 'node:fs';

/** Threads of a process now, ascending; empty when it is gone. */
export function listThreads(pid: number, procRoot = '/proc'): number[] {
  return numbersIn(`${procRoot}/${pid}/task`);
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
