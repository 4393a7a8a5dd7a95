import { streamDistribution } from '@hftmon/core';
import { findPeriod, type Period } from './periods/period.js';
import type { SchedulingRun } from './scheduling-run.js';
import { Sum } from './threads/thread-track.js';
import type { SchedulingMetrics } from './types.js';

/** Percentile that stands for the jitter of a periodic thread. */
const JITTER_PERCENT = 99;

/** Values of `meta.metrics`, of all targets together. */
export function schedulingMetrics(run: SchedulingRun): SchedulingMetrics {
  const { percentiles } = run.options;
  const pids = run.pids({});
  const tracks = pids.flatMap((pid) => run.registry.of(pid));
  const totals = pids.flatMap((pid) => run.context.source.totals(pid));
  const sum = (index: number): number =>
    tracks.reduce((total, track) => total + track.sums[index]!, 0);
  return {
    cpu_time_ns: totals.reduce((total, { onCpuNs }) => total + onCpuNs, 0),
    run_queue_wait_ns: totals.reduce((total, { runQueueNs }) => total + runQueueNs, 0),
    wake_up_latency_ns: streamDistribution(run.intake.latency, percentiles),
    wake_up_queue_depth: streamDistribution(run.intake.depths, percentiles),
    ...rhythmMetrics(run),
    priority_inversions: run.finder.log.total,
    priority_inversion_ns: streamDistribution(run.finder.lengths, percentiles),
    attribute_changes: sum(Sum.AttributeChanges),
    affinity_changes: sum(Sum.AffinityChanges),
    ...throttlingMetrics(run),
    realtime_throttled: sum(Sum.RealtimeThrottled),
    realtime_throttled_ns: sum(Sum.RealtimeThrottledNs),
  };
}

/** Rhythms of the live threads that have one. */
export function livePeriods({ registry }: SchedulingRun): Period[] {
  return registry.live
    .map(({ wakeUps }) => findPeriod(wakeUps, -Infinity, [JITTER_PERCENT]))
    .filter((found) => typeof found !== 'string');
}

function rhythmMetrics(run: SchedulingRun): Record<string, number> {
  const periods = livePeriods(run);
  const jitter = periods.map(({ jitterUs }) => jitterUs[0]!.value! * 1e3);
  return {
    periodic_threads: periods.length,
    ...(jitter.length > 0 && { period_jitter_ns: Math.max(...jitter) }),
  };
}

/** A group above several targets counts once. */
function throttlingMetrics(run: SchedulingRun): Record<string, number> {
  const { cgroups, source } = run.throttling();
  if (!source.ok) return {};
  return {
    cfs_throttled_periods: cgroups.reduce(
      (total, { sinceFirstSeen }) => total + sinceFirstSeen.throttledPeriods,
      0,
    ),
    cfs_throttled_ns: cgroups.reduce(
      (total, { sinceFirstSeen }) => total + sinceFirstSeen.throttledUs * 1e3,
      0,
    ),
  };
}
