import type { Recommendation } from '@hftmon/core';

/** Name of the rule that a recommendation comes from. */
export type NumaRule =
  | 'move-pages'
  | 'bind-memory'
  | 'move-thread'
  | 'interleave'
  | 'huge-pages'
  | 'first-touch'
  | 'numa-balancing';

/** Something to change in the placement of memory and threads. */
export interface NumaRecommendation extends Recommendation {
  readonly rule: NumaRule;
}
