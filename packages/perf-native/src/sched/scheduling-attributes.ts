/** How the kernel was told to schedule a thread: sched_getattr(2) and sched_getaffinity(2). */
export interface SchedulingAttributes {
  /** Policy number; `policyName` of core names it. */
  readonly policy: number;
  /** -20 to 19; of SCHED_OTHER and SCHED_BATCH threads. */
  readonly nice: number;
  /** Real-time priority, 1 to 99, the higher the stronger; 0 for all but SCHED_FIFO and SCHED_RR. */
  readonly priority: number;
  /** SCHED_FLAG_RESET_ON_FORK: children begin as SCHED_OTHER. */
  readonly resetOnFork: boolean;
  /** Of SCHED_DEADLINE threads. */
  readonly deadline?: DeadlineParameters;
  /** CPUs that it may run on, ascending. */
  readonly affinity: readonly number[];
}

/** Every `periodNs` the thread gets `runtimeNs` of a CPU within `deadlineNs`. */
export interface DeadlineParameters {
  readonly runtimeNs: number;
  readonly deadlineNs: number;
  readonly periodNs: number;
}
