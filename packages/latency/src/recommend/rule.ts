import type { EvidenceFact, Recommendation } from '@hftmon/core';
import type { Loss } from './loss.js';
import type { TuningHost } from './tuning-host.js';

/** Name of the rule that a recommendation comes from. */
export type LatencyRule =
  | 'move-culprit'
  | 'raise-priority'
  | 'isolate-cpu'
  | 'move-irq'
  | 'steer-packets'
  | 'stop-tick'
  | 'lock-memory'
  | 'defer-compaction'
  | 'stop-balancing'
  | 'raise-quota'
  | 'raise-realtime-share'
  | 'limit-idle-states'
  | 'pin-thread'
  | 'keep-mappings'
  | 'inherit-priority';

/** What a rule says; the evidence of the receipts is added to its own. */
export interface Advice extends Omit<Recommendation, 'rule' | 'pid' | 'evidence' | 'lostNs'> {
  readonly rule: LatencyRule;
  /** What it saw on the host. */
  readonly evidence: readonly EvidenceFact[];
}

/** One rule: what to change about a loss, `undefined` where that is not possible on this host. */
export type Rule = (loss: Loss, host: TuningHost) => Advice | undefined;
