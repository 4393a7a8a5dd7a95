import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createError } from '../errors/create-error.js';

/** What /proc says of a process. */
export interface ProcessFacts {
  readonly pid: number;
  readonly comm: string;
  /** Field 22 of /proc/PID/stat, clock ticks since boot. */
  readonly startTimeTicks: number;
}

/** PF_KTHREAD of the kernel's task flags. */
const KERNEL_THREAD = 0x00200000;

/**
 * Looks a process up that is to be monitored.
 * @throws ProcessNotFoundError when the pid is none, nobody's, a thread's, a zombie's or a
 * kernel thread's
 */
export function readProcess(pid: number, procRoot = '/proc'): ProcessFacts {
  if (!Number.isInteger(pid) || pid <= 0) throw createError('HFTMON_E_PID_INVALID', { pid });
  const stat = readText(pid, join(procRoot, String(pid), 'stat'));
  // The name stands in parentheses and may itself hold parentheses and blanks.
  const comm = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] as string;
  if (state === 'Z' || state === 'X') throw createError('HFTMON_E_PROCESS_ZOMBIE', { pid, comm });
  if ((Number(fields[6]) & KERNEL_THREAD) !== 0) {
    throw createError('HFTMON_E_PROCESS_KERNEL_THREAD', { pid, comm });
  }
  const tgid = Number(
    /^Tgid:\s*(\d+)/m.exec(readText(pid, join(procRoot, String(pid), 'status')))?.[1],
  );
  if (tgid !== pid) throw createError('HFTMON_E_PROCESS_IS_THREAD', { pid, tgid });
  return { pid, comm, startTimeTicks: Number(fields[19]) };
}

function readText(pid: number, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw createError('HFTMON_E_PROCESS_NOT_FOUND', { pid }, { cause });
  }
}
