import { readdirSync } from 'node:fs';
import { statusField } from '@hftmon/core';
import { parseCpuList } from './cpus.js';
import { readText } from './read.js';

/**
 * CPUs on which threads of a process may run, all threads together, from
 * `/proc/PID/task/TID/status`; sorted, empty for a process that is gone.
 */
export function readAllowedCpus(pid: number, procRoot = '/proc'): number[] {
  const folder = `${procRoot}/${pid}/task`;
  const cpus = new Set<number>();
  for (const tid of entries(folder)) {
    const list = statusField(readText(`${folder}/${tid}/status`) ?? '', 'Cpus_allowed_list');
    for (const cpu of parseCpuList(list ?? '')) cpus.add(cpu);
  }
  return [...cpus].sort((a, b) => a - b);
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // the process has ended
  }
}
