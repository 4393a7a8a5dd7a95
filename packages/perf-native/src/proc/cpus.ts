import { readdirSync } from 'node:fs';
import { readText } from './read.js';

/** CPUs of the host by role; each list is sorted. */
export interface CpuLists {
  readonly online: readonly number[];
  /** Taken from the scheduler's balancing by `isolcpus=` or an isolated cpuset partition. */
  readonly isolated: readonly number[];
  /** The tick stops on them while one task runs (`nohz_full=`). */
  readonly nohzFull: readonly number[];
}

/** NUMA nodes and their CPUs. */
export interface NumaTopology {
  readonly nodes: readonly { readonly id: number; readonly cpus: readonly number[] }[];
  /** Node of a CPU; `undefined` for a CPU of no node, and on a kernel without NUMA. */
  nodeOf(cpu: number): number | undefined;
}

/** More than any kernel supports (NR_CPUS is at most 8192): guards against a list like 0-9999999. */
const CPU_LIMIT = 65_536;
const PART = /^(\d+)(?:-(\d+)(?::(\d+)\/(\d+))?)?$/;

/**
 * Parses the kernel's list format: `0-3,8`, and `0-15:2/4` for the first two of every four. An
 * empty list, and the `(null)` that old kernels print for an empty `nohz_full`, is no CPU at all.
 *
 * @throws RangeError when the text is no such list
 */
export function parseCpuList(text: string): number[] {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '(null)') return [];
  const cpus = new Set<number>();
  for (const part of trimmed.split(',')) {
    const match = PART.exec(part.trim());
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    const used = Number(match?.[3] ?? 1);
    const group = Number(match?.[4] ?? 1);
    if (match === null || to < from || to >= CPU_LIMIT || group < 1 || used < 1 || used > group) {
      throw new RangeError(`"${trimmed}" is not a CPU list such as 0-3,8`);
    }
    for (let cpu = from; cpu <= to; cpu++) if ((cpu - from) % group < used) cpus.add(cpu);
  }
  return [...cpus].sort((a, b) => a - b);
}

/** `0-3,8` of CPUs in order. */
export function formatCpuList(cpus: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < cpus.length;) {
    let last = i;
    while (cpus[last + 1] === cpus[last]! + 1) last++;
    parts.push(last === i ? `${cpus[i]}` : `${cpus[i]}-${cpus[last]}`);
    i = last + 1;
  }
  return parts.join(',');
}

/** Reads the lists of `/sys/devices/system/cpu`; a file that the kernel lacks is an empty list. */
export function readCpuLists(sysRoot = '/sys'): CpuLists {
  const read = (name: string) =>
    parseCpuList(readText(`${sysRoot}/devices/system/cpu/${name}`) ?? '');
  return { online: read('online'), isolated: read('isolated'), nohzFull: read('nohz_full') };
}

/** Reads `/sys/devices/system/node`; no nodes on a kernel without NUMA. */
export function readNumaTopology(sysRoot = '/sys'): NumaTopology {
  const folder = `${sysRoot}/devices/system/node`;
  const nodes = entries(folder)
    .map((name) => /^node(\d+)$/.exec(name)?.[1])
    .filter((id) => id !== undefined)
    .map((id) => ({
      id: Number(id),
      cpus: parseCpuList(readText(`${folder}/node${id}/cpulist`) ?? ''),
    }))
    .sort((a, b) => a.id - b.id);
  const byCpu = new Map(nodes.flatMap((node) => node.cpus.map((cpu) => [cpu, node.id] as const)));
  return { nodes, nodeOf: (cpu) => byCpu.get(cpu) };
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
