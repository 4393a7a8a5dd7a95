import { readFileSync } from 'node:fs';

/** Part of /proc/PID/task/TID/stat. */
export interface TaskStat {
  readonly tid: number;
  readonly comm: string;
  readonly state: string;
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** Clock ticks since boot; tells a process from a later one with its pid. */
  readonly startTimeTicks: number;
  /** CPU it ran on last. */
  readonly cpu: number;
}

/** @throws when it is no such line */
export function parseTaskStat(text: string): TaskStat {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')'); // the name may hold parentheses and blanks
  if (open < 0 || close < open) throw new Error('not a stat line');
  // Field 3 of the manual page comes first.
  const fields = text.slice(close + 2).split(' ');
  const field = (number: number): string => {
    const value = fields[number - 3];
    if (value === undefined) throw new Error(`a stat line without field ${number}`);
    return value;
  };
  return {
    tid: Number(text.slice(0, open)),
    comm: text.slice(open + 1, close),
    state: field(3),
    minorFaults: Number(field(10)),
    majorFaults: Number(field(12)),
    startTimeTicks: Number(field(22)),
    cpu: Number(field(39)),
  };
}

export function readTaskStat(pid: number, tid = pid, procRoot = '/proc'): TaskStat {
  return parseTaskStat(readFileSync(`${procRoot}/${pid}/task/${tid}/stat`, 'utf8'));
}
