import { raw, type PmuTable } from '../event.js';
import {
  CODE_READS,
  GOLDEN_COVE_WALKS,
  MEMORY_ORDERING,
  RETIRED_LOADS,
  SNOOP_FORWARDS,
  offcoreHitm,
} from './intel-retired-loads.js';

/** The P cores of Alder Lake and Raptor Lake. */
export const GOLDEN_COVE: PmuTable = {
  id: 'golden-cove',
  name: 'Alder Lake and Raptor Lake, P core',
  source: 'Intel perfmon events ADL 1.40, goldencove',
  events: [
    ...RETIRED_LOADS,
    ...GOLDEN_COVE_WALKS,
    CODE_READS,
    MEMORY_ORDERING,
    SNOOP_FORWARDS,
    ...offcoreHitm(0x012a),
    raw(
      'dram_local_loads',
      'MEM_LOAD_L3_MISS_RETIRED.LOCAL_DRAM',
      0x01d3,
      'Retired loads that missed the L3 and were served by memory',
    ),
  ],
};
