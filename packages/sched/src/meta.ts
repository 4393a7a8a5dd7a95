import {
  HOST_API_VERSION,
  RecordKind,
  tracepointNeeds,
  type CollectorMeta,
  type OptionalTracepoints,
} from '@hftmon/core';

/** Without one of these there is no collector. */
export const REQUIRED_TRACEPOINTS = [
  'sched_switch',
  'sched_waking',
  'sched_migrate_task',
  'sched_process_fork',
] as const;

/** What the collector can do without, and then leaves out. */
export const OPTIONAL_TRACEPOINTS: readonly OptionalTracepoints[] = [
  {
    names: ['sched_pi_setprio'],
    without:
      'priorities that are lent are not seen (the kernel has no sched_pi_setprio tracepoint)',
  },
];

/** What the collector says of itself. */
export const meta: CollectorMeta = {
  name: 'sched',
  version: '0.1.0',
  apiVersion: HOST_API_VERSION,
  summary:
    'Scheduling policy, priority, affinity, CPU shares, wake-up latency, jitter, throttling and priority inversions of each thread',
  kinds: [
    RecordKind.Switch,
    RecordKind.PiBoost,
    RecordKind.Task,
    RecordKind.ThreadStart,
    RecordKind.ThreadExit,
  ],
  metrics: [
    {
      name: 'cpu_time_ns',
      unit: 'ns',
      type: 'counter',
      help: 'Time that target threads were on a CPU',
    },
    {
      name: 'run_queue_wait_ns',
      unit: 'ns',
      type: 'counter',
      help: 'Time that target threads were runnable but not running',
    },
    {
      name: 'wake_up_latency_ns',
      unit: 'ns',
      type: 'histogram',
      help: 'Times from the wake-up of a target thread to its running, of those in the stream',
    },
    {
      name: 'wake_up_queue_depth',
      unit: 'count',
      type: 'histogram',
      help: 'Other threads that were runnable where a target thread was woken, of those in the stream',
    },
    {
      name: 'periodic_threads',
      unit: 'count',
      type: 'gauge',
      help: 'Live target threads whose wake-ups have a period',
    },
    {
      name: 'period_jitter_ns',
      unit: 'ns',
      type: 'gauge',
      help: 'Largest 99th percentile of the jitter of a periodic thread, over its latest wake-ups',
    },
    {
      name: 'priority_inversions',
      unit: 'count',
      type: 'counter',
      help: 'Times that a target thread waited for a lock that a weaker one held',
    },
    {
      name: 'priority_inversion_ns',
      unit: 'ns',
      type: 'histogram',
      help: 'Lengths of these waits',
    },
    {
      name: 'attribute_changes',
      unit: 'count',
      type: 'counter',
      help: 'Changes of policy, priority, nice value or affinity of target threads that were found',
    },
    {
      name: 'affinity_changes',
      unit: 'count',
      type: 'counter',
      help: 'Those of them that changed the affinity',
    },
    {
      name: 'cfs_throttled_periods',
      unit: 'count',
      type: 'counter',
      help: 'Periods in which a control group of a target, or one above it, used up its quota',
    },
    {
      name: 'cfs_throttled_ns',
      unit: 'ns',
      type: 'counter',
      help: 'Time that CPUs were kept from running these groups for it',
    },
    {
      name: 'realtime_throttled',
      unit: 'count',
      type: 'counter',
      help: 'Times that a runnable real-time target thread had to let a weaker task, or none, run',
    },
    {
      name: 'realtime_throttled_ns',
      unit: 'ns',
      type: 'counter',
      help: 'Time that they were off the CPU for it',
    },
  ],
  needs: tracepointNeeds(REQUIRED_TRACEPOINTS, OPTIONAL_TRACEPOINTS),
};
