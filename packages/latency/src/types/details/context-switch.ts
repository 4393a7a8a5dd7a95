import type { TaskRef } from '@hftmon/core';
import type { TaskShare } from './refs.js';

export interface PreemptionDetails {
  /** Who had the CPU, the longest first. */
  readonly by: readonly TaskShare[];
  /** Preempted, but by whom is not in the records, ns. */
  readonly unknownNs?: number;
  /** Times the thread was preempted. */
  readonly count: number;
  /** CPU it was taken off. */
  readonly cpu: number;
  /** CPU it came back on, when that is another one. */
  readonly cpuTo?: number;
  /** It was taken off while it was in the kernel. */
  readonly inKernel: boolean;
}

export interface RunQueueWaitDetails {
  /** Who had the CPU meanwhile, the longest first. */
  readonly by: readonly TaskShare[];
  /** Waited in a run queue, but behind whom is not in the records, ns. */
  readonly unknownNs?: number;
  /** Different tasks that ran before it. */
  readonly tasksAhead: number;
  /** Others that were runnable there when it began to wait; absent when that is not known. */
  readonly queueDepth?: number;
  /** Absent when an interrupt woke it, or its wake-up was not traced. */
  readonly waker?: TaskRef;
  readonly wokenByInterrupt: boolean;
  /** CPU it came back on. */
  readonly cpu: number;
  readonly count: number;
  /** It gave the CPU up by sched_yield and had to wait until it got it back. */
  readonly yielded?: true;
  /** It was the first run of a new thread. */
  readonly newThread?: true;
}

export interface MigrationDetails {
  readonly from: number;
  readonly to: number;
  readonly nodeFrom?: number;
  readonly nodeTo?: number;
  /** Task that moved it. */
  readonly mover?: TaskRef;
  readonly count: number;
}

/** A limit on CPU time. */
export interface ThrottleLimit {
  /** The quota of a cgroup, the share of its real-time threads, or the thread's own budget. */
  readonly type: 'quota' | 'realtime' | 'deadline';
  /** The cgroup with the limit: the thread's own or one above it. */
  readonly cgroup?: string;
  /** CPU time per period, us. */
  readonly quotaUs?: number;
  readonly periodUs?: number;
  readonly ns: number;
  /** Times that the thread was throttled. */
  readonly count: number;
}

export interface ThrottledDetails {
  /** The one that took longest first. */
  readonly limits: readonly ThrottleLimit[];
}

export interface StoppedDetails {
  readonly by: 'signal' | 'ptrace';
  /** `SIGSTOP`, … when its sending was seen. */
  readonly signal?: string;
  readonly sender?: TaskRef;
  /** Who let it go on. */
  readonly resumedBy?: TaskRef;
  readonly count: number;
}
