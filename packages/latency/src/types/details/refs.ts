import type { TaskRef } from '@hftmon/core';

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
