import type { EvidenceFact, Recommendation } from '@hftmon/core';
import type { CauseTally } from './cause-tally.js';
import type { Topic } from './contribution.js';
import type { Loss } from './loss.js';
import type { LatencyRule, Rule } from './rule.js';
import { deferCompaction } from './rules/defer-compaction.js';
import { inheritPriority } from './rules/inherit-priority.js';
import { isolateCpu } from './rules/isolate-cpu.js';
import { keepMappings } from './rules/keep-mappings.js';
import { limitIdleStates } from './rules/limit-idle-states.js';
import { lockMemory } from './rules/lock-memory.js';
import { moveCulprit } from './rules/move-culprit.js';
import { moveIrq } from './rules/move-irq.js';
import { pinThread } from './rules/pin-thread.js';
import { raisePriority } from './rules/raise-priority.js';
import { raiseQuota, raiseRealtimeShare } from './rules/raise-quota.js';
import { steerPackets } from './rules/steer-packets.js';
import { stopBalancing } from './rules/stop-balancing.js';
import { stopTick } from './rules/stop-tick.js';
import type { TuningHost } from './tuning-host.js';

/** Something to change about what spikes were made of. */
export interface LatencyRecommendation extends Recommendation {
  readonly rule: LatencyRule;
  /** Time that the threads lost to it in spikes, ns. */
  readonly lostNs: number;
}

/** By topic, the best remedy first: the first that is possible on the host is recommended. */
const RULES: Readonly<Record<Topic, readonly Rule[]>> = {
  competitor: [moveCulprit, raisePriority, isolateCpu],
  hard_irq: [moveIrq],
  softirq: [steerPackets],
  timer_tick: [stopTick],
  tlb_shootdown: [keepMappings],
  page_fault: [lockMemory],
  compaction: [deferCompaction],
  numa_migration: [stopBalancing],
  throttled: [raiseQuota, raiseRealtimeShare],
  late_wakeup: [limitIdleStates],
  migration: [pinThread],
  mmap_lock: [keepMappings],
  priority_inversion: [inheritPriority],
};

/** Losses that rules are asked about: the rest is too small to matter. */
const MOST_LOSSES = 32;

/** What would remove the largest losses, the largest first. One change is recommended once. */
export function recommend(tally: CauseTally, host: TuningHost): LatencyRecommendation[] {
  const found = new Map<string, LatencyRecommendation>();
  for (const loss of tally.losses().slice(0, MOST_LOSSES)) {
    const advice = adviseOn(loss, tally.totalNs, host);
    if (advice === undefined) continue;
    const { rule, pid, command, bootParameters, call } = advice;
    const key = [rule, pid, command, bootParameters, call].join('\n');
    const same = found.get(key);
    found.set(key, same === undefined ? advice : both(same, advice));
  }
  return [...found.values()].map(withLoss).sort((a, b) => b.lostNs - a.lostNs);
}

/** What is to be expected, with what there is to be won at the most. */
function withLoss(advice: LatencyRecommendation): LatencyRecommendation {
  const { expectedEffect, lostNs } = advice;
  const took = `${Math.round(lostNs)} ns of the spikes so far were lost to it`;
  return { ...advice, expectedEffect: `${expectedEffect}; ${took}` };
}

function adviseOn(
  loss: Loss,
  totalNs: number,
  host: TuningHost,
): LatencyRecommendation | undefined {
  for (const rule of RULES[loss.topic]) {
    const advice = rule(loss, host);
    if (advice === undefined) continue;
    const { pid, ns } = loss;
    return {
      ...advice,
      pid,
      lostNs: ns,
      evidence: [...lossFacts(loss, totalNs), ...advice.evidence],
    };
  }
  return undefined;
}

const RECEIPTS = 'receipts of the spikes';

function lossFacts({ ns, spikes, worst, culprit }: Loss, totalNs: number): EvidenceFact[] {
  return [
    { what: `time lost to ${culprit}`, value: ns, unit: 'ns', source: RECEIPTS },
    {
      what: `share of ${culprit} in the time in spikes`,
      value: ns / totalNs,
      unit: 'ratio',
      source: RECEIPTS,
    },
    { what: `spikes with ${culprit}`, value: spikes, unit: 'count', source: RECEIPTS },
    ...(worst === undefined
      ? []
      : [
          {
            what: `most lost to ${culprit} in one spike, number ${worst.id}`,
            value: worst.ns,
            unit: 'ns',
            source: RECEIPTS,
          },
        ]),
  ];
}

/** One change against two losses. */
function both(first: LatencyRecommendation, second: LatencyRecommendation): LatencyRecommendation {
  const known = new Set(first.evidence.map(({ what }) => what));
  const more = second.evidence.filter(({ what }) => !known.has(what));
  return {
    ...first,
    lostNs: first.lostNs + second.lostNs,
    evidence: [...first.evidence, ...more],
  };
}
