import type { PmuTable } from '../event.js';
import {
  ICACHE_TAGS,
  MEMORY_ORDERING,
  RETIRED_L3_MISSES,
  RETIRED_LOADS,
  SNOOP_FORWARDS,
  WALKS,
  offcoreHitm,
} from './intel-retired-loads.js';

/** Ice Lake-SP. */
export const ICX: PmuTable = {
  id: 'icx',
  name: 'Ice Lake-SP',
  source: 'Intel perfmon events ICX 1.30',
  events: [
    ...RETIRED_LOADS,
    ...RETIRED_L3_MISSES,
    ...WALKS,
    ...ICACHE_TAGS,
    MEMORY_ORDERING,
    SNOOP_FORWARDS,
    ...offcoreHitm(0x01b7),
  ],
};
