import type { SchedulingAttributes } from '@hftmon/perf-native';

/** What of a thread's attributes was changed. */
export type ChangedAttribute =
  'policy' | 'priority' | 'nice' | 'resetOnFork' | 'deadline' | 'affinity';

/** A change of a thread's attributes, as it was found. */
export interface FoundChange {
  /** When it was found, ns since the epoch. */
  readonly foundNs: number;
  /** It happened at most so long before, ns. */
  readonly resolutionNs: number;
  readonly tid: number;
  readonly pid: number;
  readonly before: SchedulingAttributes;
  readonly after: SchedulingAttributes;
  readonly changed: readonly ChangedAttribute[];
}

/** Which attributes differ; empty when only something that is not told does. */
export function changedAttributes(
  before: SchedulingAttributes,
  after: SchedulingAttributes,
): ChangedAttribute[] {
  const changed: ChangedAttribute[] = [];
  for (const name of ['policy', 'priority', 'nice', 'resetOnFork'] as const) {
    if (before[name] !== after[name]) changed.push(name);
  }
  const { deadline: old } = before;
  const { deadline } = after;
  if (
    old?.runtimeNs !== deadline?.runtimeNs ||
    old?.deadlineNs !== deadline?.deadlineNs ||
    old?.periodNs !== deadline?.periodNs
  ) {
    changed.push('deadline');
  }
  if (before.affinity.join() !== after.affinity.join()) changed.push('affinity');
  return changed;
}
