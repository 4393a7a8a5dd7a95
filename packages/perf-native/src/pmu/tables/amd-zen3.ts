import type { PmuTable } from '../event.js';
import {
  FILL,
  ZEN_CROSS_CCX,
  ZEN_EVENTS,
  ZEN_INSTRUCTION_CACHE,
  ZEN_L3_HITS,
  zenInstructionWalks,
  zenMisses,
} from './amd-zen.js';

const BEYOND = FILL.nearCache | FILL.nearMemory | FILL.farCache | FILL.farMemory;

/** Zen 3 (Milan). */
export const ZEN3: PmuTable = {
  id: 'zen3',
  name: 'AMD Zen 3',
  source: 'Linux pmu-events amdzen3; AMD PPR family 19h models 01h',
  events: [
    ...ZEN_EVENTS,
    ...zenMisses(FILL.localL2 | FILL.localCcx | BEYOND, BEYOND),
    ZEN_L3_HITS,
    ...ZEN_CROSS_CCX,
    ...ZEN_INSTRUCTION_CACHE,
    zenInstructionWalks(0x0f),
  ],
};
