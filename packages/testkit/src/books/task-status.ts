import { readFileSync } from 'node:fs';
import { numberOf, parseKeyValues } from './key-values.js';

/** Part of /proc/PID/task/TID/status. */
export interface TaskStatus {
  readonly name: string;
  /** One letter: R, S, D, T, t, Z, X, I. */
  readonly state: string;
  /** Process id. */
  readonly tgid: number;
  readonly tid: number;
  /** 0 when nobody traces it. */
  readonly tracerPid: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
}

/** @throws when a field is missing */
export function parseTaskStatus(text: string): TaskStatus {
  const values = parseKeyValues(text);
  return {
    name: values.get('Name') ?? '',
    state: (values.get('State') ?? '?').charAt(0),
    tgid: numberOf(values, 'Tgid'),
    tid: numberOf(values, 'Pid'),
    tracerPid: numberOf(values, 'TracerPid'),
    voluntarySwitches: numberOf(values, 'voluntary_ctxt_switches'),
    involuntarySwitches: numberOf(values, 'nonvoluntary_ctxt_switches'),
  };
}

export function readTaskStatus(pid: number, tid = pid, procRoot = '/proc'): TaskStatus {
  return parseTaskStatus(readFileSync(`${procRoot}/${pid}/task/${tid}/status`, 'utf8'));
}
