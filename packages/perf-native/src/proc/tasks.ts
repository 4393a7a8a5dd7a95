import { readdirSync } from 'node:fs';
import { PF_KTHREAD, parseStat, policyName, type TaskInfo } from '@hftmon/core';
import { readText } from './read.js';

/**
 * Who the threads of a process are now, as a Task record would say. Threads that end during the
 * reading are left out; a process that is gone has none.
 */
export function listTasks(pid: number, procRoot = '/proc'): TaskInfo[] {
  const folder = `${procRoot}/${pid}/task`;
  const tasks: TaskInfo[] = [];
  for (const name of entries(folder)) {
    const stat = parseStat(readText(`${folder}/${name}/stat`) ?? '');
    if (stat === undefined) continue;
    tasks.push({
      tid: stat.id,
      pid,
      comm: stat.comm,
      policy: policyName(stat.policy),
      priority: stat.priority + 100,
      kernelThread: (stat.flags & PF_KTHREAD) !== 0,
    });
  }
  return tasks;
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
