import type { NodePages, ProcessPlacement } from '../placement/process-placement.js';
import type { CellsByNode } from './sample-cells.js';
import type { HeatmapCell, HeatmapResolution } from './types.js';

/**
 * Cells made of a placement: how many pages are where, whether or not anybody uses them. Finer
 * than a mapping it does not tell, so that is what cells are when a line or page was asked for.
 */
export function placementCells(
  placement: ProcessPlacement,
  resolution: HeatmapResolution,
): CellsByNode {
  const byNode = new Map<number, HeatmapCell[]>();
  const add = ({ nodeId, pages }: NodePages, place: Pick<HeatmapCell, 'address' | 'grain'>) => {
    const list = byNode.get(nodeId) ?? [];
    list.push({
      pid: placement.pid,
      ...place,
      source: 'placement',
      weight: pages,
      weightUnit: 'pages',
      threads: [],
    });
    byNode.set(nodeId, list);
  };
  if (resolution === 'node') {
    for (const node of placement.nodes) add(node, { grain: 'node' });
  } else {
    for (const { address, nodes } of placement.mappings) {
      for (const node of nodes) add(node, { address, grain: 'mapping' });
    }
  }
  return { byNode, weightWithoutNode: 0, weightEvicted: 0 };
}
