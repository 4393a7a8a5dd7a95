import type { ProbeEnvironment } from '@hftmon/core';
import type { ResolvedOptions } from '../options/latency-options.js';
import type { Cause, NotObserved } from '../types/cause.js';
import { hardwareReasons } from './hardware-reasons.js';

const GC_PAUSE =
  'no event of the kernel: V8 tells its collections to its own process alone, and is built without probes for them';

const FAULTS = ['page_fault_user', 'page_fault_kernel'] as const;
/** Their probes are attached together or not at all. */
const MEMORY = [
  ...['direct_reclaim', 'memcg_reclaim', 'node_reclaim'].flatMap((name) => [
    `mm_vmscan_${name}_begin`,
    `mm_vmscan_${name}_end`,
  ]),
  'mm_compaction_begin',
  'mm_compaction_end',
  'mm_migrate_pages_start',
  'mm_migrate_pages',
] as const;

/** Tracepoints that a cause stands on, beside those without which nothing works. */
const TRACEPOINTS = new Map<Cause, readonly string[]>([
  ['hard_irq', ['irq_handler_entry', 'irq_handler_exit']],
  ['softirq', ['softirq_raise', 'softirq_entry', 'softirq_exit']],
  ['timer_tick', ['local_timer_entry']],
  ['ipi', ['reschedule_entry', 'call_function_entry']],
  ['nmi', ['nmi_handler']],
  ['page_fault', FAULTS],
  ['thp', FAULTS],
  ['reclaim', MEMORY],
  ['compaction', MEMORY],
  ['numa_migration', MEMORY],
  ['c_state', ['cpu_idle', 'sched_wake_idle_without_ipi']],
  ['syscall', ['sys_enter', 'sys_exit']],
]);

/** Causes that can't be observed with these options on this host, each with the reason. */
export function listNotObserved(
  options: ResolvedOptions,
  environment: ProbeEnvironment | undefined,
): NotObserved[] {
  const reasons = new Map<Cause, string>();
  if (!options.syscalls) reasons.set('syscall', 'switched off by option syscalls');
  if (!options.spans) reasons.set('span', 'switched off by option spans');
  if (!options.faults) {
    for (const cause of ['page_fault', 'thp'] as const) {
      reasons.set(cause, 'switched off by option faults');
    }
  }
  if (environment !== undefined) addReasonsOfHost(reasons, environment);
  reasons.set('gc_pause', GC_PAUSE);
  return [...reasons].map(([cause, reason]) => ({ cause, reason }));
}

function addReasonsOfHost(reasons: Map<Cause, string>, environment: ProbeEnvironment): void {
  for (const [cause, tracepoints] of TRACEPOINTS) {
    const missing = tracepoints.find((name) => !environment.hasTracepoint(name));
    if (missing === undefined || reasons.has(cause)) continue;
    reasons.set(cause, `the kernel has no tracepoint ${missing}`);
  }
  for (const [cause, reason] of hardwareReasons(environment)) {
    if (!reasons.has(cause)) reasons.set(cause, reason);
  }
}
