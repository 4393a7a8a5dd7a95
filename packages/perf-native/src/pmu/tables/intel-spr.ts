import type { PmuTable } from '../event.js';
import {
  CODE_READS,
  GOLDEN_COVE_WALKS,
  MEMORY_ORDERING,
  RETIRED_L3_MISSES,
  RETIRED_LOADS,
  SNOOP_FORWARDS,
  offcoreHitm,
} from './intel-retired-loads.js';

/** Sapphire, Emerald and Granite Rapids. */
export const SPR: PmuTable = {
  id: 'spr',
  name: 'Sapphire Rapids, Emerald Rapids, Granite Rapids',
  source: 'Intel perfmon events SPR 1.39, EMR 1.24, GNR 1.20',
  events: [
    ...RETIRED_LOADS,
    ...RETIRED_L3_MISSES,
    ...GOLDEN_COVE_WALKS,
    CODE_READS,
    MEMORY_ORDERING,
    SNOOP_FORWARDS,
    ...offcoreHitm(0x012a),
  ],
};
