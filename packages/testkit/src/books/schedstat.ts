import { readFileSync } from 'node:fs';

/** /proc/PID/task/TID/schedstat, since the thread began. */
export interface Schedstat {
  /** Time on the CPU, ns. */
  readonly onCpuNs: number;
  /** Time runnable but waiting for a CPU, ns. */
  readonly runQueueNs: number;
  /** How often it was given a CPU. */
  readonly timeslices: number;
}

export function parseSchedstat(text: string): Schedstat {
  const match = /^(\d+) (\d+) (\d+)\s*$/.exec(text);
  if (match === null) throw new Error('not a schedstat line');
  return {
    onCpuNs: Number(match[1]),
    runQueueNs: Number(match[2]),
    timeslices: Number(match[3]),
  };
}

export function readSchedstat(pid: number, tid = pid, procRoot = '/proc'): Schedstat {
  return parseSchedstat(readFileSync(`${procRoot}/${pid}/task/${tid}/schedstat`, 'utf8'));
}
