import type { ProcessCells } from '../heatmap/heatmap.js';
import type { HeatmapCell } from '../heatmap/types.js';
import type { PageNodes } from '../placement/page-nodes.js';
import { present } from '../support/absent.js';
import { MOST_HITS } from './damon-settings.js';
import type { DamonRegion } from './damon-sysfs.js';

/** Pages of a region asked for their node. */
const ASKED_PAGES = 64;

const SUPPORT = present(
  'kernel',
  'DAMON, accessed bits of virtual addresses',
  `looks that found a region accessed, at most ${MOST_HITS}: no counts of accesses, no threads, no reads apart from writes`,
);

/**
 * Cells of the regions that were accessed. A region with pages on several nodes is a cell of each;
 * up to 64 of its pages are asked for their node.
 * @throws MonitorError when the process is gone or may not be looked at
 */
export function damonCells(
  pid: number,
  regions: readonly DamonRegion[],
  pageBytes: number,
  pageNodes: PageNodes,
): ProcessCells {
  const byNode = new Map<number, HeatmapCell[]>();
  let weightWithoutNode = 0;
  for (const { start, end, hits } of regions) {
    if (hits === 0) continue;
    const nodes = nodesOf(pid, start, end, pageBytes, pageNodes);
    if (nodes.size === 0) weightWithoutNode += hits;
    for (const nodeId of nodes) {
      const list = byNode.get(nodeId) ?? [];
      list.push({
        pid,
        address: `0x${start.toString(16)}`,
        bytes: end - start,
        source: 'damon',
        grain: end - start === pageBytes ? 'page' : 'region',
        weight: hits,
        weightUnit: 'accessed_bit_hits',
        threads: [],
      });
      byNode.set(nodeId, list);
    }
  }
  return { byNode, weightWithoutNode, weightEvicted: 0, support: SUPPORT, measured: true };
}

function nodesOf(
  pid: number,
  start: number,
  end: number,
  pageBytes: number,
  pageNodes: PageNodes,
): Set<number> {
  const pages = Math.ceil((end - start) / pageBytes);
  const stride = Math.max(1, Math.ceil(pages / ASKED_PAGES));
  const addresses = Float64Array.from(
    { length: Math.ceil(pages / stride) },
    (_, i) => start + i * stride * pageBytes,
  );
  const nodes = new Int32Array(addresses.length);
  pageNodes(pid, addresses, nodes);
  return new Set(nodes.filter((node) => node >= 0));
}
