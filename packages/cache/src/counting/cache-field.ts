import type { PmuMetric } from '@hftmon/perf-native';

/**
 * What of the caches is reported, each with the ways to get it from what PMUs count, the best
 * first. A way is a sum of metrics, or the first less the second.
 */
export const CACHE_FIELDS = {
  l1Hits: [counted('l1d_hits'), rest('l1d_accesses', 'l1d_misses')],
  l1Misses: [counted('l1d_misses')],
  l2Hits: [counted('l2_hits'), rest('l2_accesses', 'l2_misses')],
  l2Misses: [counted('l2_misses')],
  l3Hits: [counted('l3_hits'), rest('l3_accesses', 'l3_misses')],
  l3Misses: [counted('l3_misses')],
  tlbMisses: [
    counted('dtlb_walks'),
    counted('dtlb_load_walks', 'dtlb_store_walks'),
    { ...counted('dtlb_load_walks'), degraded: 'walks for loads alone' },
  ],
  itlbMisses: [counted('itlb_walks')],
  l1iHits: [counted('l1i_hits'), rest('l1i_accesses', 'l1i_misses')],
  l1iMisses: [counted('l1i_misses')],
  memoryOrderingClears: [counted('memory_ordering_clears')],
  hitmOnSocket: [counted('hitm_on_socket')],
  hitmRemote: [counted('hitm_remote')],
  rfoHitmOnSocket: [counted('rfo_hitm_on_socket')],
  crossCcxFillsNear: [counted('cross_ccx_fills_near')],
  crossCcxFillsFar: [counted('cross_ccx_fills_far')],
  clusterRefills: [counted('cluster_refills')],
  beyondClusterRefills: [counted('beyond_cluster_refills')],
  remoteAccesses: [counted('remote_accesses')],
  instructions: [counted('instructions')],
  cycles: [counted('cycles')],
} as const satisfies Readonly<Record<string, readonly FieldRecipe[]>>;

/** Name of a field of the answer. */
export type CacheField = keyof typeof CACHE_FIELDS;

/** Every name, in the order of the table. */
export const CACHE_FIELD_NAMES = Object.keys(CACHE_FIELDS) as readonly CacheField[];

/** One way to get a field. */
export interface FieldRecipe {
  readonly add: readonly PmuMetric[];
  readonly subtract?: PmuMetric;
  /** In what way it is not quite the field. */
  readonly degraded?: string;
}

/**
 * What is counted unless told otherwise, the more important first: a CPU has four to eight
 * counters, and what does not fit is left out rather than multiplexed.
 */
export const DEFAULT_METRICS: readonly PmuMetric[] = [
  'l1d_hits',
  'l1d_accesses',
  'l1d_misses',
  'l2_misses',
  'l3_misses',
  'l3_accesses',
  'l2_hits',
  'l2_accesses',
  'l3_hits',
  'hitm_on_socket',
  'cross_ccx_fills_near',
  'dtlb_walks',
  'dtlb_load_walks',
  'hitm_remote',
  'cross_ccx_fills_far',
  'remote_accesses',
  'memory_ordering_clears',
  'rfo_hitm_on_socket',
  'dtlb_store_walks',
  'itlb_walks',
  'l1i_misses',
  'l1i_hits',
  'l1i_accesses',
  'instructions',
  'cycles',
  'cluster_refills',
  'beyond_cluster_refills',
];

function counted(...add: readonly PmuMetric[]): FieldRecipe {
  return { add };
}

function rest(all: PmuMetric, part: PmuMetric): FieldRecipe {
  const degraded =
    'a difference of two counts; accesses to a line that is on its way pass for hits';
  return { add: [all], subtract: part, degraded };
}
