import { readFileSync, readdirSync } from 'node:fs';
import { createError } from '../errors/create-error.js';
import { PF_KTHREAD, parseStat, type TaskStat } from './parse-stat.js';
import { parseIdentity } from './parse-status.js';

/** A process as /proc shows it. */
export interface ProcessInfo {
  readonly pid: number;
  /** Name of the main thread. */
  readonly comm: string;
  /** Clock ticks (10 ms) since boot; with the pid it names the process for good. */
  readonly startTimeTicks: number;
  /** State of the main thread: R, S, D, T, t, Z, X, I. */
  readonly state: string;
  /** Process id; differs from `pid` when that is a thread's. */
  readonly tgid: number;
  readonly isKernelThread: boolean;
}

/**
 * What /proc says of a process id, be it a process, a thread, a zombie or a kernel thread. From
 * `/proc/PID/stat` and `status`.
 *
 * @throws ProcessNotFoundError HFTMON_E_PID_INVALID when it cannot be a pid (zero, negative, no
 *   integer), HFTMON_E_PROCESS_NOT_FOUND when there is none
 * @throws PermissionError HFTMON_E_NOT_PERMITTED when /proc refuses (hidepid)
 */
export function inspectProcess(pid: number, procRoot = '/proc'): ProcessInfo {
  return describe(readTask(pid, procRoot));
}

/**
 * The same for a process that is to be monitored, so it must be alive, of user space, and the
 * process rather than one of its threads.
 *
 * @throws ProcessNotFoundError as `inspectProcess`, and HFTMON_E_PROCESS_IS_THREAD (with `tgid`),
 *   HFTMON_E_PROCESS_KERNEL_THREAD, HFTMON_E_PROCESS_ZOMBIE (also for a dead one)
 * @throws PermissionError HFTMON_E_NOT_PERMITTED when /proc refuses (hidepid)
 */
export function readProcess(pid: number, procRoot = '/proc'): ProcessInfo {
  const task = readTask(pid, procRoot);
  const info = describe(task);
  const { comm, tgid } = info;
  if (info.isKernelThread) throw createError('HFTMON_E_PROCESS_KERNEL_THREAD', { pid, comm });
  if (tgid !== pid) throw createError('HFTMON_E_PROCESS_IS_THREAD', { pid, tgid, comm });
  if (isZombie(task.stat, procRoot)) throw createError('HFTMON_E_PROCESS_ZOMBIE', { pid, comm });
  return info;
}

/** Has this very process ended? A zombie has: nothing of it will run again. */
export function hasEnded(pid: number, startTimeTicks: number, procRoot = '/proc'): boolean {
  try {
    // A thread or a kernel thread that has the number now began later.
    const stat = parseStat(readOrThrow(pid, `${procRoot}/${pid}/stat`));
    return stat?.startTimeTicks !== startTimeTicks || isZombie(stat, procRoot);
  } catch {
    return true;
  }
}

interface Task {
  readonly stat: TaskStat;
  readonly tgid: number;
}

function describe({ stat, tgid }: Task): ProcessInfo {
  return {
    pid: stat.id,
    comm: stat.comm,
    startTimeTicks: stat.startTimeTicks,
    state: stat.state,
    tgid,
    isKernelThread: (stat.flags & PF_KTHREAD) !== 0,
  };
}

function readTask(pid: number, procRoot: string): Task {
  if (!Number.isInteger(pid) || pid <= 0) {
    throw createError('HFTMON_E_PID_INVALID', { pid });
  }
  const stat = parseStat(readOrThrow(pid, `${procRoot}/${pid}/stat`));
  const tgid = parseIdentity(readOrThrow(pid, `${procRoot}/${pid}/status`)).tgid;
  if (stat === undefined || stat.id !== pid || tgid === undefined) {
    throw createError('HFTMON_E_PROCESS_NOT_FOUND', { pid });
  }
  return { stat, tgid };
}

/**
 * A main thread that called pthread_exit() is a zombie too, while the process lives on: then one
 * of the other threads is no zombie.
 */
function isZombie(stat: TaskStat, procRoot: string): boolean {
  if (!isDead(stat.state)) return false;
  if (stat.threads <= 1) return true;
  const tasks = `${procRoot}/${stat.id}/task`;
  try {
    return readdirSync(tasks).every((tid) => {
      try {
        return isDead(parseStat(readFileSync(`${tasks}/${tid}/stat`, 'utf8'))?.state ?? 'X');
      } catch {
        return true;
      }
    });
  } catch {
    return true;
  }
}

function isDead(state: string): boolean {
  return state === 'Z' || state === 'X' || state === 'x';
}

function readOrThrow(pid: number, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') {
      const facts = { operation: `reading ${path}`, detail: code, pid };
      throw createError('HFTMON_E_NOT_PERMITTED', facts, { cause });
    }
    throw createError('HFTMON_E_PROCESS_NOT_FOUND', { pid }, { cause });
  }
}
