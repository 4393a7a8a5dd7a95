import type { PlacementMethod } from '../placement/process-placement.js';
import type { SampleSource } from '../samples/sample-source.js';

/** How fine a heatmap is asked for. */
export type HeatmapResolution = 'cache_line' | 'page' | 'node';

/**
 * What a cell really is. `region`: pages that DAMON treats alike; `mapping`: one mapping of the
 * process, the finest that numa_maps tells.
 */
export type HeatmapGrain = 'cache_line' | 'page' | 'region' | 'mapping' | 'node';

/** Where a heatmap comes from. */
export type HeatmapSource = SampleSource | 'damon' | 'placement';

/**
 * What the weight of a cell counts: sampled accesses, looks of DAMON at which a page of the region
 * had been accessed (in the last aggregation), or pages that are there, used or not.
 */
export type HeatmapWeight = 'samples' | 'accessed_bit_hits' | 'pages';

/** A thread's part of a cell. */
export interface CellThread {
  readonly tid: number;
  readonly comm?: string;
  readonly weight: number;
}

/** One cell. It is never finer than its source. */
export interface HeatmapCell {
  readonly pid: number;
  /** First address, hexadecimal; absent for a whole node. */
  readonly address?: string;
  /** Extent in the address space, bytes; absent for a whole node, and when not known. */
  readonly bytes?: number;
  readonly source: HeatmapSource;
  readonly grain: HeatmapGrain;
  readonly weight: number;
  readonly weightUnit: HeatmapWeight;
  /** Threads seen, most weight first; empty where the source does not tell threads. */
  readonly threads: readonly CellThread[];
}

/** Memory of one node, by place. */
export interface Heatmap {
  readonly resolution: HeatmapResolution;
  /** What the cells really are; absent without cells. */
  readonly grain?: HeatmapGrain;
  /** Absent without cells. */
  readonly source?: HeatmapSource;
  /** How the placement was read, when that is the source. */
  readonly method?: PlacementMethod;
  /** Most weight first. */
  readonly cells: readonly HeatmapCell[];
  /** Cells with less weight that are not listed. */
  readonly cellsLeftOut: number;
  /** Weight whose node is not known; it is in no node's heatmap. */
  readonly weightWithoutNode: number;
  /** Samples of places that made room for hotter ones; they are in no node's heatmap. */
  readonly weightEvicted: number;
}
