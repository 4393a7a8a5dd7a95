import { raw, type PmuTable } from '../event.js';
import {
  ICACHE_TAGS,
  MEMORY_ORDERING,
  RETIRED_L3_MISSES,
  RETIRED_LOADS,
  WALKS,
  offcoreRfoHitm,
} from './intel-retired-loads.js';

/** Skylake-SP and Cascade Lake. */
export const SKX: PmuTable = {
  id: 'skx',
  name: 'Skylake-SP, Cascade Lake',
  source: 'Intel perfmon events SKX 1.37, CLX 1.25',
  events: [
    ...RETIRED_LOADS,
    ...RETIRED_L3_MISSES,
    ...WALKS,
    ...ICACHE_TAGS,
    MEMORY_ORDERING,
    raw(
      'hitm_on_socket',
      'MEM_LOAD_L3_HIT_RETIRED.XSNP_HITM',
      0x04d2,
      'Retired loads that took a modified line from another core of the socket',
    ),
    offcoreRfoHitm('OCR.DEMAND_RFO.L3_HIT.HITM_OTHER_CORE', 0x01b7),
  ],
};
