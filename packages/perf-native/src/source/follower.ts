import type { ThreadTotals } from '@hftmon/core';

/** Keeps track of the target processes of a session. */
export interface Follower {
  /** @throws ProcessNotFoundError, and where threads are followed `HFTMON_E_TOO_MANY_THREADS` */
  follow(pid: number): void;
  /** Makes up for what happened between `follow` and the start. */
  catchUp(): void;
  forget(pid: number): void;
  pids(): number[];
  /** Processes with threads that are followed because their parents are. */
  children(): number[];
  /** Totals of all threads of a process, ended ones included; empty where nobody counts. */
  totals(pid: number): ThreadTotals[];
  /** Housekeeping. Returns pids that have ended. */
  reap(): number[];
}
