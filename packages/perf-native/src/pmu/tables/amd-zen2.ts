import { raw, type PmuTable } from '../event.js';
import { FILL, ZEN_EVENTS, ZEN_L3_HITS, demandFills, zenInstructionWalks } from './amd-zen.js';

const ALL = FILL.localL2 | FILL.localCcx | FILL.nearMemory | FILL.farCache | FILL.farMemory;

/**
 * Zen 2. Its fills don't tell the own CCX from another one of the same die, so it has no misses of
 * the L3 and no cross-CCX fills within a node.
 */
export const ZEN2: PmuTable = {
  id: 'zen2',
  name: 'AMD Zen 2',
  source: 'Linux pmu-events amdzen2; AMD PPR family 17h models 30h-3fh',
  events: [
    ...ZEN_EVENTS,
    raw(
      'l1d_misses',
      'ls_refills_from_sys.all',
      demandFills(ALL),
      'L1D demand fills from anywhere: lines that a load or store missed',
    ),
    {
      ...ZEN_L3_HITS,
      event: 'ls_refills_from_sys.ls_mabresp_lcl_cache',
      counts: 'L1D demand fills from the own CCX (not the own L2) or a cache of the same die',
      degraded: 'lines from the caches of other cores and CCXs of the die are counted too',
    },
    raw(
      'cross_ccx_fills_far',
      'ls_refills_from_sys.ls_mabresp_rmt_cache',
      demandFills(FILL.farCache),
      'L1D demand fills from a cache of another CCX, with memory of another die',
    ),
    raw(
      'l1i_misses',
      'l2_request_g1.cacheable_ic_read',
      0x1060,
      'Reads of code by the L2, which are the misses of the L1I',
      { degraded: 'prefetches of code are counted too' },
    ),
    zenInstructionWalks(0x07),
  ],
};
