import type { TaskRef, TickDependency } from '@hftmon/core';

/** A task's share of a part. */
export interface TaskShare extends TaskRef {
  /** `SCHED_OTHER`, `SCHED_FIFO`, … */
  readonly policy?: string;
  /** Kernel priority: 0–98 real-time (lower is stronger), 100–139 fair. */
  readonly priority?: number;
  /** Net time, ns. */
  readonly ns: number;
  /** Stretches that it ran. */
  readonly count: number;
}

/** A system call that the thread was in. */
export interface SyscallRef {
  readonly number: number;
  /** Absent when the number is not in the table of this architecture. */
  readonly name?: string;
}

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

/** A timer that ended a sleep late. */
export interface LateTimer {
  /** When it was due at the latest, ns since the session epoch; of the one that was latest. */
  readonly dueNs: number;
  /** From then to the wake-up, ns; interrupts and the hypervisor may have had parts of it. */
  readonly lateNs: number;
  /**
   * How much earlier the kernel was free to let it expire, ns: the slack of the thread, 50 us by
   * default, none with a real-time policy.
   */
  readonly slackNs: number;
  /** CPU whose timer it was. */
  readonly cpu: number;
  /** Idle state that the CPU was in until then; absent where it was in none, or that is not known. */
  readonly idle?: {
    readonly state: number;
    readonly name?: string;
    readonly exitLatencyUs?: number;
  };
  /** Net time of all of them in the part, ns: the rest of it is after the wake-ups. */
  readonly ns: number;
}

export interface LateWakeupDetails {
  /** Absent when an interrupt woke it. */
  readonly waker?: TaskRef;
  readonly wokenByInterrupt: boolean;
  /** CPU where the thread then ran; it was idle, or its timer late. */
  readonly cpu: number;
  readonly count: number;
  /** When it was woken, or a limit on CPU time ended, ns since the session epoch; of the longest one. */
  readonly wokenNs: number;
  /** When it ran; absent in an eager report of one that has yet to run. */
  readonly ranNs?: number;
  readonly newThread?: true;
  /** Absent where no timer was late, or that is not observed. */
  readonly timer?: LateTimer;
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

/** A lock of the kernel. */
export interface KernelLockRef {
  /** Its address, hexadecimal. */
  readonly address: string;
  readonly type: 'mutex' | 'rwsem' | 'percpu_rwsem' | 'rt_mutex' | 'spinlock' | 'rwlock';
  /** Of a lock of readers and writers: what it was wanted for. */
  readonly access?: 'read' | 'write';
  /** It is that of the process's own address space, which mmap, munmap and page faults take. */
  readonly mmapLock?: true;
  /** Part of the wait that was spent spinning on the CPU, ns. */
  readonly spinningNs: number;
}

export interface LockShare {
  readonly ns: number;
  readonly count: number;
  /** Address of the futex, hexadecimal; absent for a lock of the kernel. */
  readonly futexAddress?: string;
  /** Where the kernel traces contention. */
  readonly kernelLock?: KernelLockRef;
  /** Who held the kernel's lock when the wait began, where the lock itself says so. */
  readonly heldBy?: TaskShare;
  /** `FUTEX_WAIT`, `FUTEX_LOCK_PI` or `FUTEX_LOCK_PI2`. */
  readonly operation?: string;
  readonly syscall?: SyscallRef;
  /** Who let it go, which is who held it. */
  readonly releasedBy?: TaskShare;
  /** The holder had a weaker priority than the thread that waited. */
  readonly priorityInversion?: boolean;
}

export interface LockWaitDetails extends LockShare {
  /** Every lock, the longest first; the fields beside are those of the first. */
  readonly locks: readonly LockShare[];
}

export interface IoWaitDetails {
  readonly syscall?: SyscallRef;
  /** Descriptor that the system call was about. */
  readonly fd?: number;
  /** What the descriptor was when the receipt was written. */
  readonly file?: string;
  /** The kernel counts it as a wait for I/O; else it slept uninterruptibly (state D). */
  readonly inIoWait: boolean;
  readonly wokenBy?: TaskRef;
  readonly wokenByInterrupt: boolean;
  readonly count: number;
}

export interface HardIrqDetails {
  readonly irqs: readonly {
    /** Interrupt number, absent for a vector of the CPU's own. */
    readonly irq?: number;
    /** Device or driver as in /proc/interrupts, or the vector's name. */
    readonly name?: string;
    readonly ns: number;
    readonly count: number;
  }[];
}

export interface SoftirqDetails {
  readonly vectors: readonly {
    readonly vector: number;
    /** `NET_RX`, `TIMER`, … */
    readonly name: string;
    readonly ns: number;
    readonly count: number;
    /** Runs that were in ksoftirqd. */
    readonly inKsoftirqd: number;
    /** Longest time from raise to run, ns, where the raise was seen. */
    readonly delayNs?: number;
  }[];
}

export interface TimerTickDetails {
  /** Local timer interrupts. */
  readonly count: number;
  /** CPU of the longest. */
  readonly cpu: number;
  /** The tick of that CPU is to stop while one task runs (`nohz_full=`); else it is always on. */
  readonly nohzFull: boolean;
  /**
   * What kept the tick of a nohz_full CPU on, and how often since the session started; where the
   * session counts stops of the tick, as with the irq collector.
   */
  readonly keptOn?: Partial<Record<TickDependency, number>>;
}

export interface IpiDetails {
  readonly types: readonly {
    readonly type: 'reschedule' | 'call_function' | 'call_function_single' | 'irq_work';
    readonly ns: number;
    readonly count: number;
  }[];
  /** Interrupts that flushed the TLB. */
  readonly tlbFlushes: number;
  readonly senders: readonly (TaskRef & {
    readonly cpu: number;
    readonly ns: number;
    readonly count: number;
    /** Kernel address that asked for the interrupt, hexadecimal. */
    readonly callSite?: string;
    /** Its symbol; looked up when it is read. */
    readonly callSiteName?: string;
  })[];
}

export interface NmiDetails {
  readonly handlers: readonly {
    readonly address: string;
    /** Its symbol; looked up when it is read. */
    readonly name?: string;
    readonly ns: number;
    readonly count: number;
  }[];
}

export interface PageFaultDetails {
  readonly minor: number;
  readonly major: number;
  /** Part of it in which the thread slept, ns: waits for the disk or for a lock of the memory. */
  readonly blockedNs: number;
  /** The longest ones. */
  readonly faults: readonly {
    readonly address: string;
    readonly type: 'minor' | 'major' | 'unknown';
    /** Net, ns. */
    readonly ns: number;
    /** File, `[heap]`, `[stack]`, `[anonymous]`; absent when it is not known. */
    readonly mapping?: string;
  }[];
}

export interface ReclaimDetails {
  /** Who was short of memory, the longest first. */
  readonly by: readonly {
    /** The whole host, a cgroup at its limit, or a NUMA node while others had memory. */
    readonly reason: 'host' | 'cgroup' | 'node';
    /** Pages that the thread had to free. */
    readonly pages: number;
    readonly ns: number;
    readonly count: number;
  }[];
  /** Part of it in which the thread slept, ns. */
  readonly blockedNs: number;
}

export interface CompactionDetails {
  /** Pages that the thread moved. */
  readonly pages: number;
  /** log2 of the pages in a row that were wanted; absent when none in particular were. */
  readonly order?: number;
  readonly blockedNs: number;
  /** Zones of memory that were compacted. */
  readonly count: number;
}

export interface NumaMigrationDetails {
  readonly by: readonly {
    /** NUMA balancing; asked for by a system call; by a policy of memory; to make room. */
    readonly reason: 'numa_balancing' | 'syscall' | 'mbind' | 'demotion';
    /** Pages that the thread moved to another node. */
    readonly pages: number;
    readonly ns: number;
    readonly count: number;
  }[];
  readonly blockedNs: number;
}

/** Page faults that brought huge pages, which the kernel clears while the thread waits. */
export interface ThpDetails {
  readonly pages: number;
  readonly blockedNs: number;
  /** The longest ones. */
  readonly faults: PageFaultDetails['faults'];
}

/** Time in which the hypervisor ran something else on the CPU. */
export interface StealDetails {
  readonly count: number;
  /**
   * How exactly its place is known, ns: each was at some time in so long before its end as told.
   * The longest of them.
   */
  readonly windowNs: number;
}

/** Time that an idle CPU took from being asked to wake to its first sign of life. */
export interface CStateDetails {
  /** The one that took longest first. */
  readonly states: readonly {
    readonly cpu: number;
    /** K of /sys/devices/system/cpu/cpuN/cpuidle/stateK. */
    readonly state: number;
    /** `C1`, `C6`, … */
    readonly name?: string;
    /** Time that leaving it takes at worst, by the kernel's tables, us. */
    readonly exitLatencyUs?: number;
    readonly ns: number;
    readonly count: number;
    /** How long the CPU had been in it, ns; the longest. */
    readonly idleNs: number;
  }[];
}

export interface SyscallDetails {
  readonly calls: readonly (SyscallRef & { readonly ns: number; readonly count: number })[];
}

/** The thread's own runtime collected garbage instead of running its code. */
export interface GcPauseDetails {
  readonly pauses: readonly {
    /**
     * Of the young generation (`scavenge`, `minor_mark_sweep`), of the whole heap (`mark_compact`),
     * or one step of marking it (`marking_step`).
     */
    readonly kind: 'scavenge' | 'minor_mark_sweep' | 'mark_compact' | 'marking_step' | 'unknown';
    /** Why, in the words of V8; `testing` is `gc()`. */
    readonly reason?: string;
    readonly ns: number;
    readonly count: number;
  }[];
  /** Part of it in which the thread slept: it waited for its helpers, ns. */
  readonly blockedNs: number;
}

export interface UnexplainedDetails {
  /** Between interferences that were merged: the thread ran, ns. */
  readonly betweenNs: number;
  /** Runnable, not running, and its CPU was idle, ns. */
  readonly idleWhileRunnableNs?: number;
  /** In the run queue, but who had the CPU is not in the records, ns. */
  readonly unknownRunnerNs?: number;
  /** In a system call, beyond the time on the CPU that the kernel accounts to it, ns. */
  readonly unaccountedNs?: number;
  /** Causes that are not observed on this host, and so not ruled out. */
  readonly notRuledOut: readonly string[];
}

/** Evidence by cause. */
export interface DetailsByCause {
  preemption: PreemptionDetails;
  run_queue_wait: RunQueueWaitDetails;
  migration: MigrationDetails;
  throttled: ThrottledDetails;
  stopped: StoppedDetails;
  lock_wait: LockWaitDetails;
  io_wait: IoWaitDetails;
  late_wakeup: LateWakeupDetails;
  hard_irq: HardIrqDetails;
  softirq: SoftirqDetails;
  timer_tick: TimerTickDetails;
  ipi: IpiDetails;
  nmi: NmiDetails;
  page_fault: PageFaultDetails;
  reclaim: ReclaimDetails;
  compaction: CompactionDetails;
  numa_migration: NumaMigrationDetails;
  thp: ThpDetails;
  steal: StealDetails;
  c_state: CStateDetails;
  syscall: SyscallDetails;
  gc_pause: GcPauseDetails;
  unexplained: UnexplainedDetails;
}

/** Causes that this version can find. */
export type ObservedCause = keyof DetailsByCause;
