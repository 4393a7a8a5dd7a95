import type {
  PercentileBounds,
  StackFrame,
  StreamDistribution,
  TaskRef,
  ThreadTotals,
} from '@hftmon/core';

/** Options of the collector. Filters that act in the kernel are options of the event source. */
export interface ContextSwitchConfig {
  /** Percentiles in totals and metrics. Default 50, 90, 99, 99.9. */
  readonly percentiles?: readonly number[];
}

/** Which switches to list; absent fields do not filter. */
export interface ContextSwitchQuery {
  readonly pid?: number;
  readonly tid?: number;
  /** Shortest time off the CPU, us. */
  readonly minDurationUs?: number;
  /** Only what ended within this time before now (or before the collector was closed), us. */
  readonly timeWindowUs?: number;
  /**
   * Add user and kernel stacks, which are taken if the source's option `stacksFromNs` is set, or why
   * there are none.
   */
  readonly includeStackTrace?: boolean;
  /** The newest ones, at most so many. */
  readonly limit?: number;
}

/** What the thread did when it left the CPU. */
export type OffCpuState = 'sleeping' | 'disk' | 'stopped' | 'traced' | 'runnable';

/**
 * Why a thread that wanted to go on had to leave its CPU: a task of a stronger scheduling class or
 * priority took it; one of the same class got its turn; the thread asked for that (sched_yield);
 * it was moved to another CPU.
 */
export type PreemptionReason = 'higher priority' | 'time slice' | 'yield' | 'migrated';

/** Stacks of a task; a side is empty when that stack was not taken. */
export interface StackTrace {
  readonly user: StackFrame[];
  readonly kernel: StackFrame[];
}

/** Why there is no stack, though a query asks for it. */
export interface MissingStack {
  readonly reason: string;
  /** Absent where there is none. */
  readonly remedy?: string;
}

/** One time off the CPU of a target thread, from its switch-out to its switch-in. */
export interface ContextSwitchInfo {
  /** When it left the CPU. */
  readonly timestamp: Date;
  /** The same, ns since the session epoch. */
  readonly timestampNs: number;
  /** 0 when the stream never told whose thread it is. */
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  /** CPU that it left. */
  readonly cpuFrom: number;
  /** CPU that it came back on. */
  readonly cpuTo: number;
  /** NUMA nodes of these CPUs; absent on a kernel without NUMA. */
  readonly nodeFrom?: number;
  readonly nodeTo?: number;
  /** It gave the CPU up by itself. */
  readonly voluntary: boolean;
  /** Time off the CPU, us. */
  readonly durationUs: number;
  /** The part of it that it was runnable, after its wake-up or all of it, us. */
  readonly runQueueWaitUs: number;
  /**
   * Others that were runnable on the CPU where that wait began, the one that ran there included: at
   * its wake-up, or at its switch-out if it wanted to go on. 255 stands for more, too. Absent for a
   * new thread, with `wakeUnseen`, and on a kernel without group scheduling.
   */
  readonly runQueueDepth?: number;
  readonly state: OffCpuState;
  /** Who got the CPU; absent where its switch-out was not seen (`incomplete`, `newThread`). */
  readonly switchedTo?: TaskRef;
  /** Who ran right before it came back, on that CPU; absent with `returnUnseen`. */
  readonly ranBefore?: TaskRef;
  /** Task that woke it; absent when it was not asleep, or an interrupt woke it. */
  readonly wokenBy?: TaskRef;
  /** An interrupt woke it: a timer, a device, another CPU. */
  readonly wokenByInterrupt: boolean;
  /** System call that it was in. */
  readonly syscall?: string;
  /** Absent when it left by itself, and where there is no evidence for any. */
  readonly preemptionReason?: PreemptionReason;
  /** It was interrupted in the kernel, not in its own code. */
  readonly preemptedInKernel: boolean;
  /** It was off the CPU when it was attached: `durationUs` counts from there. */
  readonly incomplete: boolean;
  /** It slept and its wake-up was not traced: `runQueueWaitUs` is 0, though it may have waited. */
  readonly wakeUnseen: boolean;
  /**
   * The kernel did not trace its return (sandboxes hide switches of their own tasks): the end of
   * this time is taken from the kernel's account of the thread's run time.
   */
  readonly returnUnseen: boolean;
  /** The first run of a new thread. */
  readonly newThread: boolean;
  /** At its switch-out. */
  readonly stackTrace?: StackTrace;
  /** Why there is no `stackTrace`; only with `includeStackTrace`. */
  readonly noStackTrace?: MissingStack;
  /**
   * Stacks of the task in `switchedTo` when it left that CPU in turn. Absent when it was idle, or
   * ran for less than `stacksFromNs`.
   */
  readonly preemptorStack?: StackTrace;
}

/** Which migrations to list. */
export type MigrationQuery = Pick<ContextSwitchQuery, 'pid' | 'tid' | 'timeWindowUs' | 'limit'>;

/** A target thread was moved to another CPU. */
export interface MigrationInfo {
  readonly timestamp: Date;
  readonly timestampNs: number;
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  readonly cpuFrom: number;
  readonly cpuTo: number;
  readonly nodeFrom?: number;
  readonly nodeTo?: number;
  /** Task that ran when the kernel decided it: the waker, a balancer, itself. */
  readonly movedBy: TaskRef;
}

/** Migrations seen in the stream since the collector was opened. */
export interface MigrationCounts {
  readonly total: number;
  /** To a CPU of another NUMA node. */
  readonly crossNode: number;
  /** By node; empty on a kernel without NUMA. */
  readonly byNodes: readonly { readonly from: number; readonly to: number; count: number }[];
}

/** A distribution kept in the kernel as log2 histogram: percentiles are bounds, not points. */
export interface Distribution {
  readonly count: number;
  /** In ns; empty when there is no value. */
  readonly percentiles: readonly PercentileBounds[];
}

/** Exact totals of one thread since it was attached, of all its switches, filtered or not. */
export interface ThreadSwitchTotals extends Pick<
  ThreadTotals,
  | 'tid'
  | 'pid'
  | 'comm'
  | 'state'
  | 'voluntarySwitches'
  | 'involuntarySwitches'
  | 'migrations'
  | 'lifetimeNs'
  | 'onCpuNs'
  | 'offCpuNs'
  | 'runQueueNs'
> {
  /** Lengths of its times off the CPU. */
  readonly offCpu: Distribution;
  /** Waits in the run queue, one per time off the CPU. */
  readonly runQueueWait: Distribution;
}

/** Values of the metrics in `meta.metrics`, by name. */
export type ContextSwitchMetrics = Readonly<Record<string, number | StreamDistribution>>;
