import { readFileSync, readdirSync } from 'node:fs';
import { parseCpuList, readCpuLists } from '@hftmon/perf-native';

/** Where to look, and at whom. */
export interface QuietCpusInput {
  readonly pids: Iterable<number>;
  readonly procRoot: string;
  readonly sysRoot: string;
}

/**
 * CPUs for the monitor's own thread that leave the targets alone: the online ones, without those
 * that are isolated and without those that a target thread is pinned to.
 * @returns empty when that leaves none, or when no thread is pinned: the source then decides
 */
export function quietCpus({ pids, procRoot, sysRoot }: QuietCpusInput): number[] {
  const pinned = new Set<number>();
  for (const pid of pids) addPinned(`${procRoot}/${pid}/task`, pinned);
  if (pinned.size === 0) return [];
  const { online, isolated } = readCpuLists(sysRoot);
  return online.filter((cpu) => !pinned.has(cpu) && !isolated.includes(cpu));
}

function addPinned(tasks: string, pinned: Set<number>): void {
  for (const tid of list(tasks)) {
    const cpus = allowedCpus(`${tasks}/${tid}/status`);
    if (cpus.length === 1) pinned.add(cpus[0]!);
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Empty when the thread has ended. */
function allowedCpus(status: string): number[] {
  try {
    const text = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(status, 'utf8'))?.[1];
    return parseCpuList(text ?? '');
  } catch {
    return [];
  }
}
