import { readNumaTopology } from '@hftmon/perf-native';
import { optionalText } from '../files/read-text.js';
import { parseNodeMeminfo, type NodeMemory } from './node-meminfo.js';
import { readNodePerformance, type NodePerformance } from './node-performance.js';

/** One node of a host: CPUs, memory, or both. */
export interface NumaNode {
  readonly id: number;
  readonly cpus: readonly number[];
  /** When the node was read. Absent where the kernel doesn't say. */
  readonly memory?: NodeMemory;
  /** Relative cost to reach the other nodes' memory, from the firmware (SLIT): 10 is local. */
  readonly distances: ReadonlyMap<number, number>;
  readonly performance: readonly NodePerformance[];
}

/** The nodes of a host. */
export interface NumaHost {
  readonly nodes: readonly NumaNode[];
  /** Nodes that have memory. */
  readonly memoryNodes: readonly number[];
  /** Node of a CPU; `undefined` when unknown. */
  nodeOf(cpu: number): number | undefined;
  /** Distance over the local distance, 2.1 for 21/10; `undefined` when the firmware is silent. */
  distanceRatio(from: number, to: number): number | undefined;
}

/** Reads /sys/devices/system/node; no nodes on a kernel without NUMA. */
export function readNumaHost(sysRoot = '/sys'): NumaHost {
  const topology = readNumaTopology(sysRoot);
  const ids = topology.nodes.map(({ id }) => id);
  const nodes = topology.nodes.map(({ id, cpus }): NumaNode => {
    const folder = `${sysRoot}/devices/system/node/node${id}`;
    const memory = parseNodeMeminfo(optionalText(`${folder}/meminfo`) ?? '');
    return {
      id,
      cpus,
      ...(memory !== undefined && { memory }),
      distances: parseDistances(optionalText(`${folder}/distance`) ?? '', ids),
      performance: readNodePerformance(folder),
    };
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return {
    nodes,
    memoryNodes: nodes
      .filter(({ memory }) => memory === undefined || memory.totalBytes > 0)
      .map(({ id }) => id),
    nodeOf: (cpu) => topology.nodeOf(cpu),
    distanceRatio(from, to) {
      const row = byId.get(from)?.distances;
      const [there, here] = [row?.get(to), row?.get(from)];
      return there === undefined || here === undefined || here === 0 ? undefined : there / here;
    },
  };
}

/** Parses nodeN/distance: one number per online node, in the order of their ids. */
export function parseDistances(text: string, ids: readonly number[]): Map<number, number> {
  const values = text.trim() === '' ? [] : text.trim().split(/\s+/).map(Number);
  if (values.length !== ids.length || !values.every((value) => value > 0)) return new Map();
  return new Map(ids.map((id, i) => [id, values[i]!]));
}
