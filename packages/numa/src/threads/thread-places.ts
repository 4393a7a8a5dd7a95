import { parseCpuList } from '@hftmon/perf-native';
import { listEntries } from '../files/list-entries.js';
import { optionalText } from '../files/read-text.js';
import type { NumaHost } from '../host/numa-host.js';
import { parseTaskFaults, type TaskFaults } from './task-faults.js';

/** Where a thread runs and may run. */
export interface ThreadPlace {
  readonly tid: number;
  readonly comm: string;
  /** CPU that it ran on last. */
  readonly cpu: number;
  /** Node of that CPU; absent when the host does not say. */
  readonly nodeId?: number;
  /** CPUs that it may use, as the kernel lists them: `0-3,8`. */
  readonly allowedCpus: string;
  /** Nodes of these CPUs. */
  readonly allowedNodes: readonly number[];
  /** Time that it has run since it began, ns (schedstat); absent where the kernel doesn't count. */
  readonly onCpuNs?: number;
  readonly faults?: TaskFaults;
}

/** Reads the threads of a process; those that end meanwhile are left out. */
export function readThreadPlaces(pid: number, host: NumaHost, procRoot = '/proc'): ThreadPlace[] {
  const folder = `${procRoot}/${pid}/task`;
  const places: ThreadPlace[] = [];
  for (const name of listEntries(folder)) {
    const place = readPlace(Number(name), `${folder}/${name}`, host);
    if (place !== undefined) places.push(place);
  }
  return places.sort((a, b) => a.tid - b.tid);
}

function readPlace(tid: number, folder: string, host: NumaHost): ThreadPlace | undefined {
  const stat = optionalText(`${folder}/stat`);
  const status = optionalText(`${folder}/status`);
  if (stat === undefined || status === undefined) return undefined;
  const close = stat.lastIndexOf(')');
  const fields = stat.slice(close + 2).split(' ');
  // fields[0] is field 3 of proc(5); 39 is the CPU, a zombie has none to run on.
  if (fields[0] === 'Z' || fields[0] === 'X' || fields[36] === undefined) return undefined;
  const cpu = Number(fields[36]);
  const nodeId = host.nodeOf(cpu);
  const onCpuNs = optionalText(`${folder}/schedstat`)?.split(' ')[0];
  const faults = parseTaskFaults(optionalText(`${folder}/sched`) ?? '');
  const allowedCpus = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
  return {
    tid,
    comm: stat.slice(stat.indexOf('(') + 1, close),
    cpu,
    ...(nodeId !== undefined && { nodeId }),
    allowedCpus,
    allowedNodes: nodesOf(allowedCpus, host),
    ...(onCpuNs !== undefined && { onCpuNs: Number(onCpuNs) }),
    ...(faults !== undefined && { faults }),
  };
}

function nodesOf(list: string, host: NumaHost): number[] {
  const nodes = new Set<number>();
  for (const cpu of parseCpuList(list)) {
    const node = host.nodeOf(cpu);
    if (node !== undefined) nodes.add(node);
  }
  return [...nodes].sort((a, b) => a - b);
}
