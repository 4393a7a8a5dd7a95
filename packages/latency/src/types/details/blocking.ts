import type { TaskRef } from '@hftmon/core';
import type { SyscallRef, TaskShare } from './refs.js';

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

/** A lock of the kernel. */
export interface KernelLockRef {
  /** Its address, hexadecimal. */
  readonly address: string;
  readonly type: 'mutex' | 'rwsem' | 'percpu_rwsem' | 'rt_mutex' | 'spinlock' | 'rwlock';
  /** Of a lock of readers and writers: what it was wanted for. */
  readonly access?: 'read' | 'write';
  /** It is that of the process's own address space, which mmap, munmap and page faults take. */
  readonly mmapLock?: true;
  /**
   * Part of the wait that was spent spinning on the CPU, ns. Of an rwsem without the spinning while
   * its holder runs, which the kernel tells nobody: that is a part of the system call.
   */
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
