import type { Support } from '@hftmon/core';
import type { PlacementMethod } from '../placement/process-placement.js';
import type { CellsByNode } from './sample-cells.js';
import type { Heatmap, HeatmapResolution } from './types.js';

/** Cells that a heatmap lists. */
const LISTED_CELLS = 1024;

/** Cells of one process. */
export interface ProcessCells extends CellsByNode {
  /** Where they are from, or why there are none. */
  readonly support: Support;
  /** Do they tell what was accessed? Else only what is there. */
  readonly measured: boolean;
  /** How the placement was read, when they are made of it. */
  readonly method?: PlacementMethod;
}

/** The heatmap of one node over all target processes. */
export function heatmapOf(
  nodeId: number,
  resolution: HeatmapResolution,
  processes: readonly ProcessCells[],
): Heatmap {
  const cells = processes.flatMap(({ byNode }) => byNode.get(nodeId) ?? []);
  cells.sort((a, b) => b.weight - a.weight || compare(a.address, b.address) || a.pid - b.pid);
  const first = cells[0];
  const method = processes.find(({ byNode }) => byNode.has(nodeId))?.method;
  return {
    resolution,
    ...(first !== undefined && { grain: first.grain, source: first.source }),
    ...(first?.source === 'placement' && method !== undefined && { method }),
    cells: cells.slice(0, LISTED_CELLS),
    cellsLeftOut: Math.max(0, cells.length - LISTED_CELLS),
    weightWithoutNode: sum(processes.map((process) => process.weightWithoutNode)),
    weightEvicted: sum(processes.map((process) => process.weightEvicted)),
  };
}

function sum(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}

function compare(a = '', b = ''): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
