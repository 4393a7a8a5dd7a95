import type { CpuNodes } from './cpu-nodes.js';

/** NUMA nodes of a move, as far as they are known. */
export function nodesOf(
  nodes: CpuNodes,
  cpuFrom: number,
  cpuTo: number,
): { nodeFrom?: number; nodeTo?: number } {
  const nodeFrom = nodes.nodeOf(cpuFrom);
  const nodeTo = nodes.nodeOf(cpuTo);
  return {
    ...(nodeFrom === undefined ? {} : { nodeFrom }),
    ...(nodeTo === undefined ? {} : { nodeTo }),
  };
}
