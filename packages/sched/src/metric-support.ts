import type { MetricSupport, ProbeEnvironment, Support } from '@hftmon/core';
import { livePeriods } from './metrics.js';
import type { SchedulingRun } from './scheduling-run.js';
import { absent, present } from './support.js';
import { throttlingSupport } from './throttling/throttling-watch.js';

/** Sources of the metrics that are not from the switches alone. */
export function metricSupport(env: ProbeEnvironment): MetricSupport {
  const attributes = present('kernel', 'sched_getattr(2), sched_getaffinity(2)');
  const throttling = throttlingSupport(env.sysRoot);
  const table = present('kernel', 'BPF: thread table of sched_switch');
  const inversions = env.hasTracepoint('sched_pi_setprio')
    ? present('kernel', 'BPF: sched_pi_setprio; records of sched_waking, sched_switch')
    : present(
        'kernel',
        'BPF: records of sched_waking, sched_switch',
        'priorities that are lent are not seen (the kernel has no sched_pi_setprio tracepoint)',
      );
  return new Map<string, Support>([
    ['attribute_changes', attributes],
    ['affinity_changes', attributes],
    ['cfs_throttled_periods', throttling],
    ['cfs_throttled_ns', throttling],
    ...(env.bpf.ok
      ? ([
          ['cpu_time_ns', table],
          ['run_queue_wait_ns', table],
          ['priority_inversions', inversions],
          ['priority_inversion_ns', inversions],
        ] as const)
      : []),
  ]);
}

const NO_RHYTHM = absent(
  'no thread of the targets that still runs has a period',
  'watch a periodic thread for at least 17 of its wake-ups',
);

/** What became of the metrics in a run. */
export function runSupport(run: SchedulingRun): MetricSupport {
  return new Map(livePeriods(run).length === 0 ? [['period_jitter_ns', NO_RHYTHM]] : []);
}
