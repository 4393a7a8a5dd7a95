import type { ProbeEnvironment } from '@hftmon/core';
import type { ResolvedOptions } from '../options/latency-options.js';
import { CAUSE_CLASS, type Cause, type NotObserved } from '../types/cause.js';
import type { ObservedCause } from '../types/details.js';

const LATER = 'not collected by this version';

/** Causes that no probe of this version looks for. */
const NOT_COLLECTED: readonly Cause[] = [
  'cache_misses',
  'false_sharing',
  'remote_memory',
  'smi',
  'steal',
  'frequency',
  'c_state',
  'thermal',
  'gc_pause',
];

/** Tracepoints that a cause stands on, beside those without which nothing works. */
const TRACEPOINTS: Readonly<Partial<Record<ObservedCause, readonly string[]>>> = {
  hard_irq: ['irq_handler_entry', 'irq_handler_exit'],
  softirq: ['softirq_raise', 'softirq_entry', 'softirq_exit'],
  timer_tick: ['local_timer_entry'],
  ipi: ['reschedule_entry', 'call_function_entry'],
  nmi: ['nmi_handler'],
  page_fault: ['page_fault_user', 'page_fault_kernel'],
  syscall: ['sys_enter', 'sys_exit'],
};

/** Causes that can't be observed with these options on this host, each with the reason. */
export function listNotObserved(
  options: ResolvedOptions,
  environment: ProbeEnvironment | undefined,
): NotObserved[] {
  const list: NotObserved[] = NOT_COLLECTED.map((cause) => ({ cause, reason: LATER }));
  if (!options.syscalls) list.push({ cause: 'syscall', reason: 'switched off by option syscalls' });
  if (!options.spans) list.push({ cause: 'span', reason: 'switched off by option spans' });
  if (!options.faults) list.push({ cause: 'page_fault', reason: 'switched off by option faults' });
  if (environment === undefined) return list;
  for (const cause of Object.keys(CAUSE_CLASS) as ObservedCause[]) {
    const missing = TRACEPOINTS[cause]?.find((name) => !environment.hasTracepoint(name));
    if (missing === undefined || list.some((known) => known.cause === cause)) continue;
    list.push({ cause, reason: `the kernel has no tracepoint ${missing}` });
  }
  return list;
}
