/**
 * What the PMU tables can count, by a name that says what is counted. A metric has the same
 * meaning on every CPU as far as its text goes; what exactly a CPU counts is `counts` of its row.
 */
export const PMU_METRICS = {
  cycles: 'Core clock cycles while the thread ran',
  instructions: 'Instructions retired',
  l1d_accesses: 'Accesses to the L1 data cache',
  l1d_hits: 'Loads that hit the L1 data cache',
  l1d_misses: 'Accesses that missed the L1 data cache',
  l1i_accesses: 'Accesses to the L1 instruction cache',
  l1i_hits: 'Fetches that hit the L1 instruction cache',
  l1i_misses: 'Fetches that missed the L1 instruction cache',
  l2_accesses: 'Accesses to the L2 cache',
  l2_hits: 'Data accesses that hit the L2 cache',
  l2_misses: 'Data accesses that missed the L2 cache',
  l3_accesses: 'Accesses to the L3 cache',
  l3_hits: 'Data accesses that hit the L3 cache',
  l3_misses: 'Data accesses that missed the L3 cache',
  dtlb_walks: 'Page walks for data accesses',
  dtlb_load_walks: 'Page walks for loads',
  dtlb_store_walks: 'Page walks for stores',
  itlb_walks: 'Page walks for instruction fetches',
  memory_ordering_clears: 'Pipeline clears because another core wrote what was read early',
  hitm_on_socket: 'Reads that took a modified line from another core of the socket',
  hitm_remote: 'Loads that took a modified line from another socket',
  rfo_hitm_on_socket: 'Stores that took a modified line from another core of the socket',
  forwards_on_socket: 'Loads that another core of the socket served, modified or clean',
  forwards_remote: 'Loads that a cache of another socket served, clean',
  cross_ccx_fills_near: 'L1D fills from a cache of another CCX, memory of the same node',
  cross_ccx_fills_far: 'L1D fills from a cache of another CCX, memory of another node',
  cluster_refills: 'L1D refills from a cache within the cluster of the core',
  beyond_cluster_refills: 'L1D refills from beyond the cluster of the core',
  dram_local_loads: 'Data accesses that local memory served',
  dram_remote_loads: 'Data accesses that memory of another node served',
  remote_accesses: 'Accesses that another chip served',
  generic_l1d_read_accesses: 'The kernel event L1-dcache-loads',
  generic_l1d_read_misses: 'The kernel event L1-dcache-load-misses',
  generic_l1i_read_misses: 'The kernel event L1-icache-load-misses',
  generic_ll_read_accesses: 'The kernel event LLC-loads',
  generic_ll_read_misses: 'The kernel event LLC-load-misses',
  generic_dtlb_read_misses: 'The kernel event dTLB-load-misses',
  generic_itlb_read_misses: 'The kernel event iTLB-load-misses',
} as const satisfies Readonly<Record<string, string>>;

/** Name of something that a PMU may count. */
export type PmuMetric = keyof typeof PMU_METRICS;

/** Every name, in the order of the table. */
export const PMU_METRIC_NAMES = Object.keys(PMU_METRICS) as readonly PmuMetric[];
