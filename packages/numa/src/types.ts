import type { Support } from '@hftmon/core';
import type {
  HeatmapResolution,
  Heatmap,
  HeatmapGrain,
  HeatmapSource,
  CellThread,
} from './heatmap/types.js';
import type { MeasuredLatency } from './host/latency-matrix.js';
import type { NodeAllocations } from './host/numastat.js';
import type { BalancingCounts } from './host/vmstat.js';
import type { MappingKind } from './placement/numa-maps.js';
import type { PlacementMethod, ProcessPlacement } from './placement/process-placement.js';
import type { SampledAccesses } from './samples/access-samples.js';
import type { SampleSource } from './samples/sample-source.js';
import type { ThreadPlace } from './threads/thread-places.js';

/** Options of the collector. */
export interface NumaConfig {
  /** Shortest time between two looks at the pages of the targets, ms. Default 1000. */
  readonly placementIntervalMs?: number;
  /** Share of one CPU that looking at pages may take at most, 0 to 1. Default 0.01. */
  readonly placementShare?: number;
  /**
   * Processes with more pages in memory are sampled instead of walked through, which holds their
   * mmap lock. Default 262,144 (1 GiB of small pages).
   */
  readonly exactPages?: number;
  /** Pages asked for when a process is sampled. Default 16,384. */
  readonly sampledPages?: number;
  /** Cache lines told apart per process and source of samples; a power of two. Default 16,384. */
  readonly sampledLines?: number;
  /**
   * Sample memory accesses with the hardware (PEBS, IBS, SPE), for the estimate, heatmaps and hot spots.
   * Default false: each sample interrupts the thread.
   */
  readonly sampleAccesses?: boolean;
  /** Read latencies that were measured on this host, where the firmware is silent. */
  readonly latencies?: readonly MeasuredLatency[];
  /**
   * Make a monitoring group per target in the mounted resctrl, for the memory traffic of the
   * process alone. Default false: it takes one of the host's few monitoring ids.
   */
  readonly resctrl?: boolean;
  /**
   * Let DAMON look which pages of the first target are accessed. Default false: it is one per
   * host, clears accessed bits and takes CPU time of a kernel thread.
   */
  readonly damon?: boolean;
}

/** What to tell; absent fields do not filter. */
export interface NumaQuery {
  /** One target process. */
  readonly pid?: number;
  /** Default false. */
  readonly includeHeatmap?: boolean;
  /** Default `page`. */
  readonly resolution?: HeatmapResolution;
  /** Most hot spots per node. Default 10. */
  readonly hotSpots?: number;
}

/** Pages of one target process on a node. */
export interface TargetPages {
  readonly pid: number;
  readonly comm: string;
  /** As numa_maps counts them. */
  readonly pages: number;
  readonly bytes: number;
  /** Among them what the program works with: all but files of disks. */
  readonly workingBytes: number;
  /** Threads of the process that ran on this node last. */
  readonly threads: number;
  readonly method: PlacementMethod;
  /** Share of the pages of the process that were looked at. */
  readonly seenFraction: number;
  /** When they were looked at, ns since the session epoch. */
  readonly timestampNs: number;
}

/** Memory that is accessed most. */
export interface HotSpot {
  readonly pid: number;
  /** First address, hexadecimal. */
  readonly address: string;
  readonly bytes: number;
  readonly grain: HeatmapGrain;
  readonly source: HeatmapSource;
  /** Samples, or looks of DAMON that found it accessed. */
  readonly weight: number;
  /** Variable at the address; absent for the heap, stacks and what symbol tables do not tell. */
  readonly symbol?: string;
  /** What is mapped there; absent when the process has ended. */
  readonly mapping?: { readonly kind: MappingKind; readonly file?: string };
  /** Most weight first; empty where the source does not tell threads. */
  readonly threads: readonly CellThread[];
}

/** Local and remote accesses of sampled addresses: an estimate, not a count. */
export interface AccessEstimate extends SampledAccesses {
  readonly source: SampleSource;
  /** Local among those whose node is known; absent when there are none. */
  readonly localRatio?: number;
}

/** Memory traffic of the targets alone, through the caches of this node's CPUs. */
export interface TargetTraffic {
  /** To the memory of this node, MB/s. */
  readonly localMbPerSec: number;
  /** To all memories, MB/s. */
  readonly totalMbPerSec: number;
}

/** Fields of {@link NUMAStats} whose source `sources` tells. */
export type NumaField =
  | 'localAccesses'
  | 'remoteAccesses'
  | 'localAccessRatio'
  | 'accessEstimate'
  | 'bandwidthMbPerSec'
  | 'targetTraffic'
  | 'hotSpots'
  | 'interSocketOverheadUs'
  | 'heatmap'
  | 'pages'
  | 'allocations';

/** One node, as the targets use it. What could not be had is `undefined`, and `sources` says why. */
export interface NUMAStats {
  readonly timestamp: Date;
  /** ns since the session epoch. */
  readonly timestampNs: number;
  readonly nodeId: number;
  /** Of target threads while they ran on this node, to its own memory, since they were attached. */
  readonly localAccesses: number | undefined;
  /** The same, to memory of other nodes. */
  readonly remoteAccesses: number | undefined;
  /** Local among all; 0 with no accesses. */
  readonly localAccessRatio: number | undefined;
  /** The same from sampled addresses. */
  readonly accessEstimate: AccessEstimate | undefined;
  /** Traffic of the node's memory by whomever, MB/s, between the last two samples. */
  readonly bandwidthMbPerSec: number | undefined;
  readonly targetTraffic: TargetTraffic | undefined;
  /** Memory on this node that is accessed most, most first. */
  readonly hotSpots: readonly HotSpot[];
  /** What remote instead of local memory cost in read latency at most, us: loads may overlap. */
  readonly interSocketOverheadUs: number | undefined;
  /** Only when asked for. */
  readonly heatmap?: Heatmap;
  /** Pages of the targets on this node. */
  readonly pages: readonly TargetPages[];
  /** Pages handed out by this node to whomever since the start. */
  readonly allocations: NodeAllocations | undefined;
  readonly sources: Readonly<Record<NumaField, Support>>;
}

/** What is known of a target process. */
export interface TargetReport {
  readonly pid: number;
  readonly comm: string;
  /** It has ended; what follows is of the last look before. */
  readonly ended: boolean;
  /** Where its pages are; absent as `support` says. */
  readonly placement?: ProcessPlacement;
  readonly support: Support;
  readonly threads: readonly ThreadPlace[];
  /** NUMA hinting faults of its threads since it was attached; absent without NUMA balancing. */
  readonly hintFaults?: number;
}

/** NUMA balancing of the whole host since the start; absent on a kernel without it. */
export type HostBalancing = BalancingCounts;
