import { HOST_API_VERSION, RecordKind, tracepointNeeds, type CollectorMeta } from '@hftmon/core';

/** Without one of these there is no collector. */
export const REQUIRED_TRACEPOINTS = [
  'sched_switch',
  'sched_waking',
  'sched_migrate_task',
  'sched_process_fork',
] as const;

/** What the collector says of itself. */
export const meta: CollectorMeta = {
  name: 'ctxsw',
  version: '0.1.0',
  apiVersion: HOST_API_VERSION,
  summary: 'Context switches, run-queue waits, preemptions, wakers and migrations of each thread',
  kinds: [
    RecordKind.Switch,
    RecordKind.Ran,
    RecordKind.Migrate,
    RecordKind.Task,
    RecordKind.ThreadStart,
    RecordKind.ThreadExit,
  ],
  metrics: [
    {
      name: 'voluntary_switches',
      unit: 'count',
      type: 'counter',
      help: 'Times that target threads gave their CPU up by themselves',
    },
    {
      name: 'involuntary_switches',
      unit: 'count',
      type: 'counter',
      help: 'Times that target threads were taken off their CPU although they could go on',
    },
    {
      name: 'migrations',
      unit: 'count',
      type: 'counter',
      help: 'Moves of target threads to another CPU',
    },
    {
      name: 'node_migrations',
      unit: 'count',
      type: 'counter',
      help: 'Moves of target threads to a CPU of another NUMA node, of those in the stream',
    },
    {
      name: 'on_cpu_ns',
      unit: 'ns',
      type: 'counter',
      help: 'Time that target threads were on a CPU',
    },
    {
      name: 'off_cpu_ns',
      unit: 'ns',
      type: 'counter',
      help: 'Time that target threads were off the CPU, blocked or waiting',
    },
    {
      name: 'run_queue_ns',
      unit: 'ns',
      type: 'counter',
      help: 'Time that target threads were runnable but not running',
    },
    {
      name: 'off_cpu_interval_ns',
      unit: 'ns',
      type: 'histogram',
      help: 'Lengths of the times off the CPU that the stream brought',
    },
    {
      name: 'run_queue_wait_ns',
      unit: 'ns',
      type: 'histogram',
      help: 'Waits in the run queue, one per time off the CPU that the stream brought',
    },
    {
      name: 'preempted_interval_ns',
      unit: 'ns',
      type: 'histogram',
      help: 'Times off the CPU after involuntary switches that the stream brought',
    },
    {
      name: 'run_queue_depth',
      unit: 'count',
      type: 'histogram',
      help: 'Others that were runnable on the CPU where a wait in the run queue began',
    },
  ],
  needs: tracepointNeeds(REQUIRED_TRACEPOINTS),
};
