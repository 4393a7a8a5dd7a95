import { HOST_API_VERSION, RecordKind, tracepointNeeds, type CollectorMeta } from '@hftmon/core';
import type { ResolvedOptions } from './options/latency-options.js';

export const NAME = 'latency';

/** Without one of these no stall can be told from sleep. */
export const REQUIRED_TRACEPOINTS = ['sched_switch', 'sched_waking', 'sched_process_fork'] as const;

/** Tracepoints of single causes. */
export const OPTIONAL_TRACEPOINTS = [
  { names: ['sched_migrate_task'], without: 'waits are not told apart by CPU' },
  { names: ['irq_handler_entry', 'irq_handler_exit'], without: 'no hard_irq' },
  { names: ['softirq_raise', 'softirq_entry', 'softirq_exit'], without: 'no softirq' },
  {
    names: ['local_timer_entry', 'reschedule_entry', 'call_function_entry'],
    without: 'no timer_tick and ipi',
  },
  {
    names: ['ipi_send_cpu', 'csd_queue_cpu'],
    without: 'senders of IPIs are not named, and no c_state where an IPI ends it',
  },
  { names: ['nmi_handler'], without: 'no nmi' },
  { names: ['page_fault_user', 'page_fault_kernel'], without: 'no page_fault' },
  { names: ['sys_enter', 'sys_exit'], without: 'no syscall' },
  {
    names: ['contention_begin', 'contention_end'],
    without: 'locks of the kernel are known by their sleeps alone, without address and holder',
  },
  {
    names: [
      'mm_vmscan_direct_reclaim_begin',
      'mm_vmscan_memcg_reclaim_begin',
      'mm_compaction_begin',
      'mm_migrate_pages_start',
    ],
    without: 'no reclaim, compaction and numa_migration',
  },
  {
    names: ['cpu_idle', 'sched_wake_idle_without_ipi'],
    without: 'no c_state: the time in which a CPU leaves an idle state is late_wakeup',
  },
  { names: ['signal_generate'], without: 'senders of stop signals are not named' },
] as const;

/** What the collector says of itself, which depends on its options. */
export function metaFor({ syscalls, faults, runtimes, spans }: ResolvedOptions): CollectorMeta {
  return {
    name: NAME,
    version: '0.1.0',
    apiVersion: HOST_API_VERSION,
    summary:
      'Latency spikes of each thread, with a receipt of what each was made of and who did it',
    kinds: [
      RecordKind.Switch,
      RecordKind.Ran,
      RecordKind.Throttle,
      RecordKind.Lock,
      RecordKind.Steal,
      RecordKind.Idle,
      RecordKind.LateTimer,
      RecordKind.MemoryWork,
      RecordKind.Migrate,
      RecordKind.ThreadStart,
      RecordKind.ThreadExit,
      RecordKind.Task,
      RecordKind.HardIrq,
      RecordKind.Softirq,
      RecordKind.Vector,
      RecordKind.Nmi,
      ...(faults ? [RecordKind.Fault] : []),
      ...(syscalls ? [RecordKind.Syscall] : []),
      RecordKind.Signal,
      ...(runtimes ? [RecordKind.Pause] : []),
      ...(spans ? [RecordKind.Span, RecordKind.Mark] : []),
    ],
    metrics: [
      { name: 'spans', unit: 'count', type: 'counter', help: 'Spans that the target marked' },
      { name: 'spikes', unit: 'count', type: 'counter', help: 'Spikes that were reported' },
      {
        name: 'superseded_spikes',
        unit: 'count',
        type: 'counter',
        help: 'Spikes that turned out to be part of a longer one',
      },
      {
        name: 'withheld_spikes',
        unit: 'count',
        type: 'counter',
        help: 'Spikes that were counted but not reported, because of the rate limit',
      },
      {
        name: 'incomplete_spikes',
        unit: 'count',
        type: 'counter',
        help: 'Spikes of a time in which records were lost, so that parts of them may be missing',
      },
      {
        name: 'distrusted_syscalls',
        unit: 'count',
        type: 'counter',
        help: 'System calls left out, because no record accounts for a part of them',
      },
      {
        name: 'smi_count',
        unit: 'count',
        type: 'counter',
        help: 'System-management interrupts of all CPUs, counted when the run has ended',
      },
      {
        name: 'core_throttles',
        unit: 'count',
        type: 'counter',
        help: 'Times that cores were throttled because of heat, as each CPU counts them',
      },
      {
        name: 'package_throttles',
        unit: 'count',
        type: 'counter',
        help: 'Times that packages were throttled because of heat, as each CPU counts them',
      },
    ],
    needs: tracepointNeeds(REQUIRED_TRACEPOINTS, OPTIONAL_TRACEPOINTS),
  };
}
