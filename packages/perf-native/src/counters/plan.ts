import type { Support } from '@hftmon/core';
import type { PmuKernel } from '../pmu/kernel.js';
import type { PmuMetric } from '../pmu/metric.js';
import { noCounter } from '../pmu/reasons.js';
import type { PmuResolution, ResolvedEvent } from '../pmu/resolve.js';
import type { CounterGroup } from './counter-group.js';
import { COUNTER_LIMITS } from './layout.js';

/** What will be counted: one group per core PMU, in the order of the resolution's PMUs. */
export interface CounterPlan {
  readonly groups: readonly PlannedGroup[];
  /** Support of each metric asked for, as far as the counters go round. */
  readonly metrics: ReadonlyMap<PmuMetric, Support>;
}

/** A group whose events know their metric. */
export interface PlannedGroup extends CounterGroup {
  readonly events: readonly ResolvedEvent[];
}

/**
 * Chooses what fits on the counters of the host at once, the most wanted first: nothing is ever
 * multiplexed, so what does not fit is refused with the reason.
 *
 * @param wanted - the more important first
 * @param kernel - tries each larger group on a thread of ours; without it all are taken to fit
 */
export function planCounters(
  resolution: PmuResolution,
  wanted: readonly PmuMetric[],
  kernel?: PmuKernel,
): CounterPlan {
  const chosen = new Map<string, ResolvedEvent[]>();
  const metrics = new Map<PmuMetric, Support>();
  for (const metric of new Set(wanted)) {
    const { support, events } = resolution.metrics.get(metric)!;
    const fitting = events.filter((event) => {
      const group = chosen.get(event.pmu) ?? [];
      if (!fits([...group, event], resolution, kernel)) return false;
      chosen.set(event.pmu, [...group, event]);
      return true;
    });
    metrics.set(metric, supportOf(support, events, fitting, resolution.nmiWatchdog));
  }
  return { groups: [...chosen].map(([pmu, events]) => ({ pmu, events })), metrics };
}

function fits(events: ResolvedEvent[], resolution: PmuResolution, kernel?: PmuKernel): boolean {
  if (events.length > COUNTER_LIMITS.events) return false;
  const cpus = resolution.pmus.find(({ name }) => name === events[0]!.pmu)?.cpus;
  return (kernel?.tryGroup(events, resolution.excludeKernel, cpus) ?? 0) >= 0;
}

function supportOf(
  support: Support,
  events: readonly ResolvedEvent[],
  fitting: readonly ResolvedEvent[],
  nmiWatchdog: boolean,
): Support {
  const left = events.find((event) => !fitting.includes(event));
  if (!support.ok || left === undefined) return support;
  const lack = noCounter(left.event, nmiWatchdog);
  if (fitting.length === 0) return lack;
  const notes = [support.degraded, `${left.pmu}: ${lack.reason}`].filter((note) => note);
  const remedies = [support.remedy, lack.remedy].filter((remedy) => remedy);
  return { ...support, degraded: notes.join('; '), remedy: remedies.join('; ') };
}
