/** Times from when something was asked for to its begin, of those that were seen being asked for. */
export interface DelayTotals {
  readonly count: number;
  /** Their sum. */
  readonly ns: number;
  readonly maxNs: number;
}

/** How the runs of a softirq vector came about on one CPU since the session started. */
export interface SoftirqDeferral {
  readonly cpu: number;
  /** Vector, 0 to 9. */
  readonly number: number;
  /** From raise to run. */
  readonly delay: DelayTotals;
  /** Runs that were left to ksoftirqd, and their net time. */
  readonly ksoftirqdCount: number;
  readonly ksoftirqdNs: number;
}

/** Work of the kernel's worker threads that ended on one CPU since the session started. */
export interface WorkTotals {
  readonly cpu: number;
  readonly count: number;
  /** From begin to end, with what interrupted it and its own sleep. */
  readonly ns: number;
  readonly maxNs: number;
  /** Those during which a target thread waited for the CPU, and their time. */
  readonly targetCount: number;
  readonly targetNs: number;
  /** From when it was queued to its begin. */
  readonly delay: DelayTotals;
}

/** What the interrupts of one number brought on one CPU since the session started. */
export interface DeviceWorkTotals {
  readonly cpu: number;
  /** `undefined`: what no device's interrupt brought, or what cannot be told by interrupts. */
  readonly irq: number | undefined;
  /** Polls of network queues. */
  readonly polls: number;
  /** Packets that they took. */
  readonly packets: number;
  /** Block requests that were completed. */
  readonly requests: number;
}

/** What can keep the tick of a nohz_full CPU on, in the order of the kernel's TICK_DEP_BIT_*. */
export const TICK_DEPENDENCIES = [
  'posix_timer',
  'perf_events',
  'sched',
  'clock_unstable',
  'rcu',
  'rcu_exp',
] as const;

export type TickDependency = (typeof TICK_DEPENDENCIES)[number];

/** The timer tick of one CPU since the session started. */
export interface TickTotals {
  readonly cpu: number;
  /** Times that it was stopped: the CPU went idle, or (nohz_full) one task ran undisturbed. */
  readonly stopped: number;
  /** Times that it had to stay on, by reason. Only kernels with NO_HZ_FULL ask. */
  readonly kept: Readonly<Record<TickDependency, number>>;
}

/** TLB shootdowns that one CPU sent since the session started. */
export interface TlbSendTotals {
  readonly cpu: number;
  readonly count: number;
  /** Those of a whole address space. */
  readonly all: number;
  /** Pages of the others. */
  readonly pages: number;
}
