import type { ProcessCells } from '../heatmap/heatmap.js';
import { placementCells } from '../heatmap/placement-cells.js';
import { sampleCells } from '../heatmap/sample-cells.js';
import { SAMPLE_SOURCES } from '../samples/sample-source.js';
import type { TargetMemory } from '../targets/target-memory.js';
import type { NumaQuery } from '../types.js';

/** Cells from DAMON, where it looks at the process. */
export type DamonCells = (target: TargetMemory) => ProcessCells | undefined;

/** Cells of a target from its best source: samples, then DAMON, then where the pages are. */
export function processCells(
  target: TargetMemory,
  query: NumaQuery,
  pageBytes: number,
  damonCells: DamonCells,
): ProcessCells {
  const { samples, placement, support } = target;
  const resolution = query.resolution ?? 'page';
  if (samples.source !== undefined) {
    const { pid } = target.target;
    const commOf = (tid: number) => target.commOf(tid);
    return {
      ...sampleCells(samples, { pid, resolution, pageBytes, commOf }),
      support: SAMPLE_SOURCES[samples.source],
      measured: true,
    };
  }
  const damon = resolution === 'node' ? undefined : damonCells(target);
  if (damon !== undefined) return damon;
  if (placement === undefined) {
    return { byNode: new Map(), weightWithoutNode: 0, weightEvicted: 0, support, measured: false };
  }
  const { method } = placement;
  return { ...placementCells(placement, resolution), support, measured: false, method };
}
