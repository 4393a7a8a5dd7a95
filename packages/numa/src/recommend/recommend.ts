import { bindMemory } from './bind-memory.js';
import { firstTouch } from './first-touch.js';
import { hugePages } from './huge-pages.js';
import { interleave } from './interleave.js';
import { movePages } from './move-pages.js';
import { moveThread } from './move-thread.js';
import { numaBalancing } from './numa-balancing.js';
import type { ProcessEvidence, Rule } from './process-evidence.js';
import type { NumaRecommendation } from './recommendation.js';

/** In the order of the answers: what can be done at once comes first. */
const RULES: readonly Rule[] = [
  movePages,
  moveThread,
  numaBalancing,
  bindMemory,
  firstTouch,
  interleave,
  hugePages,
];

/** What the evidence speaks for; nothing on a host with one memory, but what needs no second one. */
export function recommend(evidence: ProcessEvidence): NumaRecommendation[] {
  return RULES.flatMap((rule) => rule(evidence));
}
