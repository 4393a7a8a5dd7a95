import { existsSync } from 'node:fs';
import type { ProbeEnvironment, RuntimeState } from '@hftmon/core';
import type { ResolvedOptions } from '../options/latency-options.js';
import type { Cause, NotObserved } from '../types/cause.js';
import { hardwareReasons } from './hardware-reasons.js';

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
  runtimes?: readonly RuntimeState[],
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
  const unseen = pausesUnseen(options, runtimes, environment);
  if (unseen !== undefined) reasons.set('gc_pause', unseen);
  return [...reasons].map(([cause, reason]) => ({ cause, reason }));
}

/** Why collections are not seen in all the targets that may have any. */
function pausesUnseen(
  { runtimes }: ResolvedOptions,
  states: readonly RuntimeState[] | undefined,
  environment: ProbeEnvironment | undefined,
): string | undefined {
  if (!runtimes) return 'switched off by option runtimes';
  if (states === undefined) {
    const uprobes = `${environment?.sysRoot ?? '/sys'}/bus/event_source/devices/uprobe`;
    return existsSync(uprobes) ? undefined : `the kernel has no uprobes (no ${uprobes})`;
  }
  if (states.length === 0) return 'seen in processes that run V8, such as Node: no target is one';
  return states.find(({ refusal }) => refusal !== undefined)?.refusal?.reason;
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
