/**
 * Coarse answers to "what was it?", the ones that say most about a foreign culprit first. This
 * order is that of `minClass`: a query for at least `interrupt` leaves out what stands after it.
 */
export const CAUSE_CLASSES = [
  'context_switch',
  'blocking',
  'interrupt',
  'memory',
  'cache_miss',
  'hardware',
  'application',
  'unknown',
] as const;

export type CauseClass = (typeof CAUSE_CLASSES)[number];

/** Every cause that a part of a receipt can have, and its class. */
export const CAUSE_CLASS = {
  preemption: 'context_switch',
  run_queue_wait: 'context_switch',
  migration: 'context_switch',
  throttled: 'context_switch',
  stopped: 'context_switch',
  lock_wait: 'blocking',
  io_wait: 'blocking',
  late_wakeup: 'blocking',
  hard_irq: 'interrupt',
  softirq: 'interrupt',
  timer_tick: 'interrupt',
  ipi: 'interrupt',
  nmi: 'interrupt',
  page_fault: 'memory',
  reclaim: 'memory',
  compaction: 'memory',
  numa_migration: 'memory',
  thp: 'memory',
  cache_misses: 'cache_miss',
  false_sharing: 'cache_miss',
  remote_memory: 'cache_miss',
  smi: 'hardware',
  steal: 'hardware',
  frequency: 'hardware',
  c_state: 'hardware',
  thermal: 'hardware',
  syscall: 'application',
  gc_pause: 'application',
  span: 'application',
  unexplained: 'unknown',
} as const satisfies Record<string, CauseClass>;

export type Cause = keyof typeof CAUSE_CLASS;

/** A cause that this collector or host can't observe, so that `unexplained` can be read rightly. */
export interface NotObserved {
  readonly cause: Cause;
  readonly reason: string;
}
