import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { listThreads } from './process.js';

/**
 * Has the thread left its CPU, with its switch counted? /proc/PID/task/TID/syscall says "running"
 * until then, while the state letter changes before. `true` for a thread that is gone.
 */
export function isAsleep(pid: number, tid: number, procRoot = '/proc'): boolean {
  const path = `${procRoot}/${pid}/task/${tid}/syscall`;
  try {
    return !readFileSync(path, 'utf8').startsWith('running');
  } catch {
    return !existsSync(`${procRoot}/${pid}/task/${tid}`);
  }
}

/**
 * Waits until every thread of a process is asleep.
 * @param timeoutMs - default 60 s
 * @throws when one is still running then
 */
export async function awaitAsleep(
  pid: number,
  timeoutMs = 60_000,
  procRoot = '/proc',
): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const awake = listThreads(pid, procRoot).filter((tid) => !isAsleep(pid, tid, procRoot));
    if (awake.length === 0) return;
    if (Date.now() > end) {
      throw new Error(`threads ${awake.join(', ')} of process ${pid} do not fall asleep`);
    }
    await sleep(1);
  }
}
