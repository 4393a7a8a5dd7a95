import { createError, statusField } from '@hftmon/core';
import { readAllowedCpus } from '../proc/allowed-cpus.js';
import { parseCpuList, readCpuLists } from '../proc/cpus.js';
import { readText } from '../proc/read.js';
import { listThreads } from '../proc/threads.js';
import type { PollerOptions } from './options.js';

/** Where to look. */
export interface PollerRoots {
  readonly procRoot: string;
  readonly sysRoot: string;
}

/**
 * Refuses a CPU that others need, unless it is forced.
 * @throws ConfigurationError `HFTMON_E_CPU_NOT_FOUND`, `HFTMON_E_CPU_NEEDED`
 */
export function refuseCpu(options: PollerOptions, { procRoot, sysRoot }: PollerRoots): void {
  const { cpu, realtimePriority = 0, force = false, pids = [] } = options;
  const { online, isolated } = readCpuLists(sysRoot);
  if (!online.includes(cpu)) {
    throw createError('HFTMON_E_CPU_NOT_FOUND', { cpu, option: 'cpu', online: online.join(',') });
  }
  const others = online.filter((other) => other !== cpu);
  const own = readAllowedCpus(process.pid).filter((other) => other !== cpu);
  // Nobody could end it there.
  if (realtimePriority > 0 && own.length === 0) {
    throw needed(cpu, 'a real-time thread there could not be watched from another one', [
      'give this process a second CPU, or use no priority',
    ]);
  }
  if (force) return;
  const advice = ['choose another CPU', 'or force it'];
  if (others.length === 0) throw needed(cpu, 'it is the only one that is online', advice);
  if (!others.some((other) => !isolated.includes(other))) {
    throw needed(cpu, 'no other CPU is left for the work of the system', advice);
  }
  if (own.length === 0) throw needed(cpu, 'this process may use no other one', advice);
  const pinned = findPinned(pids, cpu, procRoot);
  if (pinned !== undefined) {
    throw needed(cpu, `thread ${pinned.tid} of process ${pinned.pid} is pinned to it`, advice);
  }
  if (realtimePriority > 0 && !isolated.includes(cpu)) {
    const choices = ['choose an isolated CPU', 'use no priority', 'or force it'];
    throw needed(cpu, 'it is not isolated, and a real-time thread would starve others', choices);
  }
}

/** A live thread of the processes that may run on this CPU alone. */
function findPinned(
  pids: Iterable<number>,
  cpu: number,
  procRoot: string,
): { readonly pid: number; readonly tid: number } | undefined {
  for (const pid of pids) {
    for (const { tid } of listThreads(pid, procRoot)) {
      const status = readText(`${procRoot}/${pid}/task/${tid}/status`) ?? '';
      const allowed = parseCpuList(statusField(status, 'Cpus_allowed_list') ?? '');
      if (allowed.length === 1 && allowed[0] === cpu) return { pid, tid };
    }
  }
  return undefined;
}

function needed(cpu: number, reason: string, advice: readonly string[]): Error {
  return createError('HFTMON_E_CPU_NEEDED', { cpu, reason, remedy: advice.join(', ') });
}
