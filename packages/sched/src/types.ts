import type { Percentile, StreamDistribution, Support, TaskRef, ThreadState } from '@hftmon/core';
import type { SchedulingAttributes } from '@hftmon/perf-native';
import type { ChangedAttribute } from './attributes/attribute-change.js';
import type { Period } from './periods/period.js';
import type { DepthDistribution } from './threads/depth-counts.js';

/** Options of the collector. */
export interface SchedulingConfig {
  /** Percentiles in answers. Default 50, 90, 99, 99.9. */
  readonly percentiles?: readonly number[];
  /**
   * Shortest time between two looks at policies, priorities and affinities, ms; looks at many
   * threads are spaced further apart, to take no more than 1 % of a CPU. Default 100.
   */
  readonly attributesIntervalMs?: number;
}

/** Which threads; absent fields do not filter. */
export interface SchedulingQuery {
  readonly pid?: number;
  readonly tid?: number;
  /** Times, shares and latencies of only this time before now (or before the close), us. */
  readonly timeWindowUs?: number;
  /** 0 to 100; an empty list for none. Default: as configured. */
  readonly percentiles?: readonly number[];
}

/** Fields of {@link ThreadSchedulingInfo} whose source `sources` tells. */
export type SchedulingField =
  | 'schedulingClass'
  | 'priority'
  | 'niceValue'
  | 'cpuAffinity'
  | 'cpuTimeUs'
  | 'waitTimeUs'
  | 'cpuShare'
  | 'wakeUpLatencyUs'
  | 'queueDepthAtWakeUp'
  | 'schedulingJitterUs'
  | 'priorityInversions'
  | 'priorityInheritanceChain'
  | 'realtimeThrottled';

/** One thread of a target. What could not be had is `undefined`, and `sources` says why. */
export interface ThreadSchedulingInfo {
  readonly timestamp: Date;
  /** When it was asked, ns since the session epoch. */
  readonly timestampNs: number;
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  readonly state: ThreadState;
  /** `SCHED_OTHER`, `SCHED_FIFO`, `SCHED_RR`, `SCHED_BATCH`, `SCHED_IDLE` or `SCHED_DEADLINE`. */
  readonly schedulingClass: string | undefined;
  /** Real-time priority, 1 to 99, the higher the stronger; 0 for all but SCHED_FIFO and SCHED_RR. */
  readonly priority: number | undefined;
  /** -20 to 19. */
  readonly niceValue: number | undefined;
  /** Of SCHED_DEADLINE threads. */
  readonly deadline?: SchedulingAttributes['deadline'];
  /** CPUs that it may run on, ascending. */
  readonly cpuAffinity: readonly number[] | undefined;
  /** Changes of its policy, priority, nice value, deadline or affinity that were found. */
  readonly attributeChanges: number | undefined;
  /** Time on a CPU within the window, us; without a window since it was attached. */
  readonly cpuTimeUs: number | undefined;
  /** Time runnable but not running, likewise, us. */
  readonly waitTimeUs: number | undefined;
  /** Length of what these times are of, us: of the window as far as the history reaches. */
  readonly windowUs: number | undefined;
  /** Its part of the CPU time of all threads of the process, 0 to 1; 0 when they used none. */
  readonly cpuShare: number | undefined;
  /** From wake-up to running, us. */
  readonly wakeUpLatencyUs: LatencyDistribution | undefined;
  /** Other threads that were runnable on its CPU when it was woken, the running one included. */
  readonly queueDepthAtWakeUp: DepthDistribution | undefined;
  /** Rhythm of a periodic thread. */
  readonly period?: Period;
  /**
   * How far its wake-ups are from its rhythm, us: the 99th percentile of the distances of times
   * between wake-ups from the period. `undefined` for a thread that is not periodic.
   */
  readonly schedulingJitterUs: number | undefined;
  /** Times since the start that it waited for a lock that a weaker thread held; see `inversions`. */
  readonly priorityInversions: number | undefined;
  /** All of them together, us. */
  readonly priorityInversionUs: number | undefined;
  /** Who it waits for, and so on: now if it waits, else in its latest inversion. */
  readonly priorityInheritanceChain?: readonly ChainLink[];
  /** Times that the runnable real-time thread had to let a weaker task, or none, have its CPU. */
  readonly realtimeThrottled: number | undefined;
  /** Time that it was off the CPU for that, us. */
  readonly realtimeThrottledUs: number | undefined;
  readonly sources: Readonly<Record<SchedulingField, Support>>;
}

/** A distribution of latencies, us. */
export interface LatencyDistribution {
  readonly count: number;
  /** These three are `undefined` when there were none. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly mean: number | undefined;
  /** How far a percentile may lie above the true value, as a share of it; 0: exact. */
  readonly relativeError: number;
  readonly percentiles: readonly Percentile[];
}

/** A futex, and what was done to it. */
export interface LockRef {
  /** Hexadecimal. */
  readonly futexAddress: string;
  /** `FUTEX_LOCK_PI`, `FUTEX_WAIT`, … */
  readonly operation: string;
}

/** A thread in a chain of waits. */
export interface ChainLink extends TaskRef {
  /**
   * Its own priority as the kernel counts, without what it was lent: below 0 deadline, 0 to 98
   * real-time, 100 to 139 fair, 140 SCHED_IDLE; the lower the stronger. Absent when not known.
   */
  readonly kernelPriority?: number;
  /** The lock that it waits for, held by the next in the chain. Absent when not known. */
  readonly waitsFor?: LockRef;
}

/** Which inversions; absent fields do not filter. */
export interface InversionQuery {
  /** Process of the thread that waited. */
  readonly pid?: number;
  /** The thread that waited. */
  readonly tid?: number;
  /** Only what ended within this time before now (or before the close), us. */
  readonly timeWindowUs?: number;
  /** The newest ones, at most so many. */
  readonly limit?: number;
}

/** A thread had to wait for a lock of a weaker one. */
export interface PriorityInversion {
  readonly timestamp: Date;
  /** Begin, ns since the session epoch. */
  readonly timestampNs: number;
  /**
   * Until the lock was let go of, us. Where no priority was lent it counts from when the one that
   * let go of the lock had last slept for another reason: nobody knows when it took the lock.
   */
  readonly durationUs: number;
  readonly pid: number;
  /** The thread that waited. */
  readonly tid: number;
  readonly comm: string;
  /** It, whom it waited for, for whom that one waited meanwhile, and so on. */
  readonly chain: readonly ChainLink[];
  /** The kernel lent its priority to the holder of the lock. */
  readonly inherited: boolean;
  /** Priority that the holder was lent, as the kernel counts. */
  readonly lentPriority?: number;
  /** Time that weaker ones in the chain were runnable but did not run, us. */
  readonly holderWaitUs: number;
  /** Task that took the CPU, or had it, at the longest of these waits; others may have followed. */
  readonly ranInstead?: TaskRef;
}

/** Which changes; absent fields do not filter. */
export interface AttributeChangeQuery {
  readonly pid?: number;
  readonly tid?: number;
  /** Only what was found within this time before now (or before the close), us. */
  readonly timeWindowUs?: number;
  /** The newest ones, at most so many. */
  readonly limit?: number;
}

/** Somebody changed how a thread is scheduled. */
export interface AttributeChange {
  readonly timestamp: Date;
  /** When it was found, ns since the session epoch. */
  readonly timestampNs: number;
  /** It happened at most so long before, us. */
  readonly resolutionUs: number;
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  readonly changed: readonly ChangedAttribute[];
  readonly before: SchedulingAttributes;
  readonly after: SchedulingAttributes;
}

/** Values of the metrics in `meta.metrics`, by name; those that have no source are left out. */
export type SchedulingMetrics = Readonly<Record<string, number | StreamDistribution>>;
