import { raw, type PmuEvent } from '../event.js';

/**
 * Retired loads by where their data came from. The same codes on Skylake-SP to Granite Rapids and
 * on Golden Cove. They count on counters 0 to 3 only.
 */
export const RETIRED_LOADS: readonly PmuEvent[] = [
  raw('l1d_hits', 'MEM_LOAD_RETIRED.L1_HIT', 0x01d1, 'Retired loads that hit the L1D'),
  raw('l1d_misses', 'MEM_LOAD_RETIRED.L1_MISS', 0x08d1, 'Retired loads that missed the L1D', {
    degraded: 'loads that found their line already on its way (FB_HIT) are neither hit nor miss',
  }),
  raw('l2_hits', 'MEM_LOAD_RETIRED.L2_HIT', 0x02d1, 'Retired loads that hit the L2'),
  raw('l2_misses', 'MEM_LOAD_RETIRED.L2_MISS', 0x10d1, 'Retired loads that missed the L2'),
  raw('l3_hits', 'MEM_LOAD_RETIRED.L3_HIT', 0x04d1, 'Retired loads that hit the L3'),
  raw('l3_misses', 'MEM_LOAD_RETIRED.L3_MISS', 0x20d1, 'Retired loads that missed the L3'),
];

/** Where retired loads that missed the L3 of a server were served. */
export const RETIRED_L3_MISSES: readonly PmuEvent[] = [
  raw(
    'hitm_remote',
    'MEM_LOAD_L3_MISS_RETIRED.REMOTE_HITM',
    0x04d3,
    'Retired loads that took a modified line from a cache of another socket',
  ),
  raw(
    'forwards_remote',
    'MEM_LOAD_L3_MISS_RETIRED.REMOTE_FWD',
    0x08d3,
    'Retired loads that a cache of another socket served with a line that was not modified',
  ),
  raw(
    'dram_local_loads',
    'MEM_LOAD_L3_MISS_RETIRED.LOCAL_DRAM',
    0x01d3,
    'Retired loads that missed the L3 and were served by local memory',
  ),
  raw(
    'dram_remote_loads',
    'MEM_LOAD_L3_MISS_RETIRED.REMOTE_DRAM',
    0x02d3,
    'Retired loads that missed the L3 and were served by memory of another socket',
  ),
];

/** Since Skylake; the same code on every later core. */
export const MEMORY_ORDERING: PmuEvent = raw(
  'memory_ordering_clears',
  'MACHINE_CLEARS.MEMORY_ORDERING',
  0x02c3,
  'Pipeline clears due to conflicts of memory ordering',
);

/** Page walks as Skylake, Ice Lake and Gracemont number them. */
export const WALKS: readonly PmuEvent[] = [
  raw(
    'dtlb_load_walks',
    'DTLB_LOAD_MISSES.WALK_COMPLETED',
    0x0e08,
    'Page walks for loads that were completed, all page sizes',
  ),
  raw(
    'dtlb_store_walks',
    'DTLB_STORE_MISSES.WALK_COMPLETED',
    0x0e49,
    'Page walks for stores that were completed, all page sizes',
  ),
  raw(
    'itlb_walks',
    'ITLB_MISSES.WALK_COMPLETED',
    0x0e85,
    'Page walks for instruction fetches that were completed, all page sizes',
  ),
];

/** Page walks as Golden Cove numbers them. */
export const GOLDEN_COVE_WALKS: readonly PmuEvent[] = [
  raw(
    'dtlb_load_walks',
    'DTLB_LOAD_MISSES.WALK_COMPLETED',
    0x0e12,
    'Page walks for loads that were completed, all page sizes',
  ),
  raw(
    'dtlb_store_walks',
    'DTLB_STORE_MISSES.WALK_COMPLETED',
    0x0e13,
    'Page walks for stores that were completed, all page sizes',
  ),
  raw(
    'itlb_walks',
    'ITLB_MISSES.WALK_COMPLETED',
    0x0e11,
    'Page walks for instruction fetches that were completed, all page sizes',
  ),
];

/** Cache lines fetched, by whether their tag was in the L1I. Gone since Golden Cove. */
export const ICACHE_TAGS: readonly PmuEvent[] = [
  raw('l1i_hits', 'ICACHE_64B.IFTAG_HIT', 0x0183, 'Fetches of a line whose tag was in the L1I'),
  raw('l1i_misses', 'ICACHE_64B.IFTAG_MISS', 0x0283, 'Fetches of a line whose tag was not there'),
];

/** Golden Cove has no count of the L1I alone without the front-end MSR. */
export const CODE_READS: PmuEvent = raw(
  'l1i_misses',
  'L2_RQSTS.ALL_CODE_RD',
  0xe424,
  'Reads of code by the L2, which are the misses of the L1I',
  { degraded: 'prefetches of code are counted too' },
);

/** OFFCORE_RSP masks of what a snoop found modified in another core of the socket. */
const DEMAND_READ_HITM = 0x10003c0001;
const DEMAND_RFO_HITM = 0x10003c0002;

/**
 * Lines that another core had modified. Each mask takes one of two registers that both threads of
 * a core share.
 * @param event - code of the off-core response event: 0x01b7, or 0x012a since Golden Cove
 */
export function offcoreHitm(event: number): readonly PmuEvent[] {
  return [
    raw(
      'hitm_on_socket',
      'OCR.DEMAND_DATA_RD.L3_HIT.SNOOP_HITM',
      event,
      'Demand reads of data that took a modified line from another core of the socket',
      { config1: DEMAND_READ_HITM },
    ),
    offcoreRfoHitm('OCR.DEMAND_RFO.L3_HIT.SNOOP_HITM', event),
  ];
}

/** The same for stores alone. */
export function offcoreRfoHitm(name: string, event: number): PmuEvent {
  return raw(
    'rfo_hitm_on_socket',
    name,
    event,
    'Reads for ownership that took a modified line from another core of the socket',
    { config1: DEMAND_RFO_HITM },
  );
}

/**
 * Renamed from XSNP_HITM in Ice Lake, as a line that the L3 did not have and another core gave
 * unmodified is counted too.
 */
export const SNOOP_FORWARDS: PmuEvent = raw(
  'forwards_on_socket',
  'MEM_LOAD_L3_HIT_RETIRED.XSNP_FWD',
  0x04d2,
  'Retired loads whose data another core of the socket forwarded',
);
