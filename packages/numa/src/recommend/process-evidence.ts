import type { NumaHost } from '../host/numa-host.js';
import type { LatencyMatrix } from '../host/latency-matrix.js';
import type { MappingPlacement, ProcessPlacement } from '../placement/process-placement.js';
import type { NumaRecommendation } from './recommendation.js';
import type { ThreadPlace } from '../threads/thread-places.js';

/** A mapping, and which of its pages were seen in use. */
export interface UsedMapping {
  readonly mapping: MappingPlacement;
  /** Different pages of `mapping.pageBytes` that samples hit. */
  readonly sampledPages: number;
  /** Samples by node of the CPU that accessed. */
  readonly samplesByCpuNode: ReadonlyMap<number, number>;
}

/** Transparent huge pages of a process. */
export interface HugePageFacts {
  /** Memory without a file that is mapped by huge pages, bytes (smaps_rollup). */
  readonly anonymousHugeBytes: number;
  /** /sys/kernel/mm/transparent_hugepage/enabled. */
  readonly mode: string;
}

/** What is known of one process when recommendations are made. Absent is what was not measured. */
export interface ProcessEvidence {
  readonly pid: number;
  readonly comm: string;
  readonly host: NumaHost;
  readonly latencies: LatencyMatrix;
  readonly placement: ProcessPlacement;
  readonly threads: readonly ThreadPlace[];
  /** Time on CPUs since it was attached, ns by node; empty before the second look. */
  readonly cpuNsByNode: ReadonlyMap<number, number>;
  /** NUMA hinting faults of its threads since it was attached. */
  readonly hintFaults?: number;
  /** kernel.numa_balancing; absent where the kernel has none. */
  readonly balancingMode?: string;
  /** CPUs that are isolated or without tick: kept for somebody. */
  readonly keptCpus: readonly number[];
  /** Where the samples were, and their source. */
  readonly used?: { readonly source: string; readonly mappings: readonly UsedMapping[] };
  readonly hugePages?: HugePageFacts;
  /** Traffic of memory by node, MB/s, and where it is from. */
  readonly bandwidth?: {
    readonly source: string;
    readonly mbPerSecByNode: ReadonlyMap<number, number>;
  };
}

/** One rule: looks at a process and recommends, or does not. */
export type Rule = (evidence: ProcessEvidence) => readonly NumaRecommendation[];
