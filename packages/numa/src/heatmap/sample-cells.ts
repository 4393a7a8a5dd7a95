import type { AccessSamples } from '../samples/access-samples.js';
import type { CellThread, HeatmapCell, HeatmapGrain, HeatmapResolution } from './types.js';

/** Cells of one process, by node of the memory. */
export interface CellsByNode {
  readonly byNode: ReadonlyMap<number, readonly HeatmapCell[]>;
  readonly weightWithoutNode: number;
  readonly weightEvicted: number;
}

export interface SampleCellOptions {
  readonly pid: number;
  readonly resolution: HeatmapResolution;
  readonly pageBytes: number;
  /** Name of a thread, if it is known. */
  readonly commOf: (tid: number) => string | undefined;
}

interface Building {
  readonly nodeId: number;
  readonly address: number | undefined;
  weight: number;
  readonly threads: Map<number, number>;
}

/** Cells made of sampled addresses. */
export function sampleCells(samples: AccessSamples, options: SampleCellOptions): CellsByNode {
  const { resolution, pageBytes } = options;
  const { grainBytes, source } = samples;
  const cells = new Map<number, Building>();
  const bytes = resolution === 'cache_line' ? grainBytes : pageBytes;
  let weightWithoutNode = 0;
  samples.forEach((address, tid, _cpuNode, count) => {
    const nodeId = samples.nodeOf(address);
    if (nodeId === undefined) {
      weightWithoutNode += count;
      return;
    }
    const start = resolution === 'node' ? undefined : Math.floor(address / bytes) * bytes;
    const key = start ?? nodeId;
    const cell = cells.get(key) ?? { nodeId, address: start, weight: 0, threads: new Map() };
    cell.weight += count;
    cell.threads.set(tid, (cell.threads.get(tid) ?? 0) + count);
    cells.set(key, cell);
  });
  const byNode = new Map<number, HeatmapCell[]>();
  for (const { nodeId, address, weight, threads } of cells.values()) {
    const list = byNode.get(nodeId) ?? [];
    list.push({
      pid: options.pid,
      ...(address !== undefined && { address: `0x${address.toString(16)}`, bytes }),
      source: source!,
      grain: grainOf(resolution, grainBytes, pageBytes),
      weight,
      weightUnit: 'samples',
      threads: threadList(threads, options.commOf),
    });
    byNode.set(nodeId, list);
  }
  return { byNode, weightWithoutNode, weightEvicted: samples.evicted };
}

function grainOf(
  resolution: HeatmapResolution,
  grainBytes: number,
  pageBytes: number,
): HeatmapGrain {
  return resolution === 'cache_line' && grainBytes >= pageBytes ? 'page' : resolution;
}

function threadList(
  threads: ReadonlyMap<number, number>,
  commOf: (tid: number) => string | undefined,
): CellThread[] {
  return [...threads]
    .map(([tid, weight]) => {
      const comm = commOf(tid);
      return { tid, ...(comm !== undefined && { comm }), weight };
    })
    .sort((a, b) => b.weight - a.weight || a.tid - b.tid);
}
