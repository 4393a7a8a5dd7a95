import type { TaskDirectory } from './task-directory.js';

/** A task as answers name it. */
export interface TaskRef {
  readonly tid: number;
  /** Name at that time; empty when the stream never told it. The idle task is `swapper`. */
  readonly comm: string;
}

/** Names the task that had a tid at a time (ns since the epoch). */
export function taskRef(tasks: TaskDirectory, tid: number, atNs: number): TaskRef {
  if (tid === 0) return { tid, comm: 'swapper' };
  return { tid, comm: tasks.lookup(tid, atNs)?.comm ?? '' };
}
