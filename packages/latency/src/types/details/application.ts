import type { SyscallRef } from './refs.js';

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
