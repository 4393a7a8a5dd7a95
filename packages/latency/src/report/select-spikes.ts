import { NO_STACK, createError, type StackFrame } from '@hftmon/core';
import { CAUSE_CLASSES, type CauseClass } from '../types/cause.js';
import type { LatencyQuery } from '../types/query.js';
import type { LatencySpike } from '../types/spike.js';
import type { CulpritStack } from './culprit-stack.js';
import { hasStack, type KeptSpike } from './spike-store.js';

/** What a selection needs to know beside the spikes. */
export interface SelectionContext {
  /** Now, ns since the session epoch. */
  readonly nowNs: number;
  readonly userStack: (pid: number, stackId: number) => StackFrame[];
  readonly kernelStack: (stackId: number) => StackFrame[];
}

/** The spikes that a query asks for, by their start, or the longest first. */
export function selectSpikes(
  kept: readonly KeptSpike[],
  query: LatencyQuery,
  context: SelectionContext,
): LatencySpike[] {
  const matching = kept.filter(({ spike }) => matches(spike, query, context.nowNs));
  const { limit = matching.length, longest, includeCauseAnalysis = false } = query;
  const first = Math.max(0, matching.length - Math.max(0, limit));
  const selected =
    longest === undefined ? matching.slice(first) : longestOf(matching.slice(first), longest);
  if (!includeCauseAnalysis) return selected.map(({ spike }) => spike);
  return selected.map((entry) => withAnalysis(entry, context));
}

/** Of those that took as long, the earlier comes first. */
function longestOf(kept: readonly KeptSpike[], most: number): KeptSpike[] {
  return [...kept]
    .sort(({ spike: a }, { spike: b }) => b.durationNs - a.durationNs || a.id - b.id)
    .slice(0, Math.max(0, most));
}

function matches(spike: LatencySpike, query: LatencyQuery, nowNs: number): boolean {
  const { thresholdUs = 0, pid, tid, timeWindowUs = Infinity, minClass = 'unknown' } = query;
  return (
    spike.durationUs >= thresholdUs &&
    (pid === undefined || spike.pid === pid) &&
    (tid === undefined || spike.tid === tid) &&
    spike.timestampNs + spike.durationNs >= nowNs - timeWindowUs * 1000 &&
    placeOf(spike.causeClass) <= placeOf(minClass)
  );
}

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
function placeOf(causeClass: CauseClass): number {
  const place = CAUSE_CLASSES.indexOf(causeClass);
  if (place >= 0) return place;
  throw createError('HFTMON_E_CONFIG_INVALID', {
    option: 'minClass',
    value: causeClass,
    expected: `one of ${CAUSE_CLASSES.join(', ')}`,
  });
}

function withAnalysis(entry: KeptSpike, context: SelectionContext): LatencySpike {
  const { spike, events, culprit } = entry;
  return {
    ...spike,
    relatedEvents: events,
    ...(hasStack(entry) ? { stackTrace: context.userStack(spike.pid, entry.userStack) } : {}),
    ...(culprit === undefined ? {} : { culpritStack: framesOf(culprit, context) }),
  };
}

function framesOf(
  { task, pid, userStack, kernelStack }: CulpritStack,
  context: SelectionContext,
): NonNullable<LatencySpike['culpritStack']> {
  return {
    ...task,
    user: userStack === NO_STACK ? [] : context.userStack(pid, userStack),
    kernel: kernelStack === NO_STACK ? [] : context.kernelStack(kernelStack),
  };
}
