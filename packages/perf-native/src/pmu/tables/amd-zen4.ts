import type { PmuEvent, PmuTable } from '../event.js';
import {
  FILL,
  ZEN_CROSS_CCX,
  ZEN_EVENTS,
  ZEN_INSTRUCTION_CACHE,
  ZEN_L3_HITS,
  zenInstructionWalks,
  zenMisses,
} from './amd-zen.js';

const BEYOND = FILL.nearCache | FILL.nearMemory | FILL.farCache | FILL.farMemory | FILL.extension;

const EVENTS: readonly PmuEvent[] = [
  ...ZEN_EVENTS,
  ...zenMisses(0xff, BEYOND),
  ZEN_L3_HITS,
  ...ZEN_CROSS_CCX,
  ...ZEN_INSTRUCTION_CACHE,
  zenInstructionWalks(0x0f),
];

/** Zen 4 (Genoa, Bergamo). */
export const ZEN4: PmuTable = {
  id: 'zen4',
  name: 'AMD Zen 4',
  source: 'Linux pmu-events amdzen4; AMD PPR family 19h models 11h',
  events: EVENTS,
};

/** Zen 5 (Turin): the same codes as Zen 4. */
export const ZEN5: PmuTable = {
  id: 'zen5',
  name: 'AMD Zen 5',
  source: 'Linux pmu-events amdzen5; AMD PPR family 1Ah models 02h',
  events: EVENTS,
};
