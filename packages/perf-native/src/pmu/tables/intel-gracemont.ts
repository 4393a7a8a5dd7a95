import { raw, type PmuTable } from '../event.js';
import { MEMORY_ORDERING, WALKS, offcoreRfoHitm } from './intel-retired-loads.js';

/** The E cores of Alder Lake and Raptor Lake. Its L1 and L2 events count micro-operations. */
export const GRACEMONT: PmuTable = {
  id: 'gracemont',
  name: 'Alder Lake and Raptor Lake, E core',
  source: 'Intel perfmon events ADL 1.40, gracemont',
  events: [
    raw('l1d_hits', 'MEM_LOAD_UOPS_RETIRED.L1_HIT', 0x01d1, 'Retired load uops that hit the L1D'),
    raw('l1d_misses', 'MEM_LOAD_UOPS_RETIRED.L1_MISS', 0x08d1, 'Retired load uops that missed it'),
    raw('l2_hits', 'MEM_LOAD_UOPS_RETIRED.L2_HIT', 0x02d1, 'Retired load uops that hit the L2'),
    raw('l2_misses', 'MEM_LOAD_UOPS_RETIRED.L2_MISS', 0x10d1, 'Retired load uops that missed it'),
    raw('l3_hits', 'MEM_LOAD_UOPS_RETIRED.L3_HIT', 0x04d1, 'Retired load uops that hit the L3'),
    raw(
      'l3_misses',
      'MEM_LOAD_UOPS_RETIRED_MISC.L3_MISS',
      0x20d2,
      'Retired load uops that missed the L3',
    ),
    raw('l1i_accesses', 'ICACHE.ACCESSES', 0x0380, 'Requests to the instruction cache'),
    raw('l1i_misses', 'ICACHE.MISSES', 0x0280, 'Requests that missed the instruction cache'),
    raw(
      'hitm_on_socket',
      'MEM_LOAD_UOPS_RETIRED.HITM',
      0x20d1,
      'Retired load uops that took a modified line from another core or module',
    ),
    offcoreRfoHitm('OCR.DEMAND_RFO.L3_HIT.SNOOP_HITM', 0x01b7),
    raw(
      'dram_local_loads',
      'MEM_LOAD_UOPS_RETIRED.DRAM_HIT',
      0x80d1,
      'Retired load uops that memory served',
    ),
    { ...MEMORY_ORDERING, counts: 'Pipeline clears due to a snoop from outside of the core' },
    ...WALKS,
  ],
};
