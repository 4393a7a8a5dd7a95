import { raw, type PmuEvent } from '../event.js';

/** L1D fills of demand accesses by where the line came from: the unit masks of event 0x43. */
export const FILL = {
  localL2: 0x01,
  localCcx: 0x02,
  /** Zen 3 on; Zen 2 counts these as `localCcx`. */
  nearCache: 0x04,
  nearMemory: 0x08,
  farCache: 0x10,
  farMemory: 0x40,
  /** CXL, Zen 4 on. */
  extension: 0x80,
} as const;

/** Encoding of fills from these sources. */
export function demandFills(umask: number): number {
  return 0x43 | (umask << 8);
}

const SAME_CCX =
  'a line that comes from the L2 of another core of the CCX counts as a hit in the L3';

/** What Zen 2 to Zen 5 count alike. AMD counts no HITM: that would need IBS samples. */
export const ZEN_EVENTS: readonly PmuEvent[] = [
  raw('l1d_accesses', 'ls_dispatch.all', 0x0729, 'Loads and stores dispatched', {
    degraded: 'speculative accesses are counted too',
  }),
  raw(
    'l2_hits',
    'l2_cache_req_stat.dc_hit_in_l2',
    0xf064,
    'Requests of the L1D, its prefetcher included, that hit the L2',
  ),
  raw(
    'l2_misses',
    'l2_cache_req_stat.ls_rd_blk_c',
    0x0864,
    'Requests of the L1D, its prefetcher included, that missed the L2',
  ),
  raw(
    'dtlb_walks',
    'ls_l1_d_tlb_miss.all_l2_miss',
    0xf045,
    'Data accesses that missed both TLBs, so that the page tables were walked',
  ),
  raw(
    'dram_local_loads',
    'ls_dmnd_fills_from_sys.dram_io_near',
    demandFills(FILL.nearMemory),
    'L1D demand fills from memory or I/O of the same node',
  ),
  raw(
    'dram_remote_loads',
    'ls_dmnd_fills_from_sys.dram_io_far',
    demandFills(FILL.farMemory),
    'L1D demand fills from memory or I/O of another node',
  ),
];

/** Fills from the L3 of the core's own CCX. */
export const ZEN_L3_HITS: PmuEvent = raw(
  'l3_hits',
  'ls_dmnd_fills_from_sys.local_ccx',
  demandFills(FILL.localCcx),
  'L1D demand fills from the L3, or the L2 of another core, of the same CCX',
  { degraded: SAME_CCX },
);

/** Fills from the caches of other CCXs, Zen 3 on. */
export const ZEN_CROSS_CCX: readonly PmuEvent[] = [
  raw(
    'cross_ccx_fills_near',
    'ls_dmnd_fills_from_sys.near_cache',
    demandFills(FILL.nearCache),
    'L1D demand fills from a cache of another CCX, with memory of the same node',
  ),
  raw(
    'cross_ccx_fills_far',
    'ls_dmnd_fills_from_sys.far_cache',
    demandFills(FILL.farCache),
    'L1D demand fills from a cache of another CCX, with memory of another node',
  ),
];

/** Event 0x18e, Zen 3 on. */
export const ZEN_INSTRUCTION_CACHE: readonly PmuEvent[] = [
  raw('l1i_hits', 'ic_tag_hit_miss.instruction_cache_hit', 0x10000078e, 'Fetches that hit the L1I'),
  raw(
    'l1i_misses',
    'ic_tag_hit_miss.instruction_cache_miss',
    0x10000188e,
    'Fetches that missed the L1I',
  ),
];

/** Fetches that missed both instruction TLBs, all page sizes. */
export function zenInstructionWalks(umask: number): PmuEvent {
  return raw(
    'itlb_walks',
    'bp_l1_tlb_miss_l2_tlb_miss.all',
    0x85 | (umask << 8),
    'Fetches that missed both TLBs, so that the page tables were walked',
  );
}

/** All fills, and those from beyond the CCX, of a CPU that has these sources. */
export function zenMisses(all: number, beyondCcx: number): readonly PmuEvent[] {
  return [
    raw(
      'l1d_misses',
      'ls_dmnd_fills_from_sys.all',
      demandFills(all),
      'L1D demand fills from anywhere: lines that a load or store missed',
    ),
    raw(
      'l3_misses',
      'ls_dmnd_fills_from_sys beyond the CCX',
      demandFills(beyondCcx),
      'L1D demand fills from beyond the L3 of the own CCX: memory, I/O and caches of other CCXs',
    ),
  ];
}
