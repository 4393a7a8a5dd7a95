import type { Refusal, Support } from '@hftmon/core';
import type { Uncounted } from '@hftmon/perf-native';
import type { Columns } from './columns.js';
import type { CountSums } from './count-sums.js';
import type { FieldFormula } from './field-formula.js';

/** How counting goes. */
export interface RuntimeState {
  /** Threads that are counted. */
  readonly counted: number;
  readonly uncounted: readonly Uncounted[];
  /** Groups that found no free counter, on any thread. */
  readonly unscheduled: number;
}

/**
 * The support of a field with what really came of it: not counted at all, in part, or of some of
 * the threads alone. A count is never scaled up for what is missing.
 */
export function runtimeSupport(
  { support, metrics }: FieldFormula,
  sums: CountSums,
  columns: Columns,
  state: RuntimeState,
): Support {
  if (!support.ok) return support;
  const [first] = state.uncounted;
  if (state.counted === 0 && sums.samples === 0 && first !== undefined) return first.refusal;
  const groups = new Set(metrics.flatMap((metric) => columns.groupsOf(metric)));
  const runningNs = [...groups].reduce((sum, group) => sum + sums.runningNs[group]!, 0);
  // Each group is enabled whenever the thread runs, on whichever kind of core.
  const enabledNs = Math.max(...sums.enabledNs);
  if (runningNs === 0 && state.unscheduled > 0) return NO_COUNTER;
  if (runningNs === 0 && enabledNs > 0) {
    return groups.size < columns.ofGroup.length ? OTHER_CORES : NO_COUNTER;
  }
  const notes = support.degraded === undefined ? [] : [support.degraded];
  const remedies = new Set(support.remedy === undefined ? [] : [support.remedy]);
  if (runningNs < enabledNs) {
    notes.push(`counted ${percent(runningNs / enabledNs)} of the running time, not scaled`);
  }
  if (state.unscheduled > 0) {
    notes.push(`${state.unscheduled} threads found no free counter`);
    remedies.add(NO_COUNTER.remedy);
  }
  for (const { threads, refusal } of state.uncounted) {
    notes.push(`${threads} threads not counted: ${refusal.reason}`);
    remedies.add(refusal.remedy);
  }
  if (notes.length === 0) return support;
  const remedy = remedies.size > 0 ? { remedy: [...remedies].join('; ') } : {};
  return { ...support, degraded: notes.join('; '), ...remedy };
}

const NO_COUNTER: Refusal = {
  ok: false,
  code: 'HFTMON_E_UNSUPPORTED',
  reason:
    'the events were never on the counters: others hold them, maybe another collector of this session',
  remedy:
    'end other users of perf events, leave out the numa collector, which counts as well (hftmon stat --collectors cache), sudo sysctl kernel.nmi_watchdog=0, or count fewer metrics',
};

const OTHER_CORES: Support = {
  ok: false,
  code: 'HFTMON_E_UNSUPPORTED',
  reason: 'the threads ran on the other kind of core alone, which does not count it',
  remedy: 'run the threads on the cores that count it (taskset -c)',
};

/** Rounded down, so that what is missing never rounds away. */
function percent(ratio: number): string {
  return `${Math.floor(ratio * 1000) / 10} %`;
}
