import type { Refusal } from '../collector/refusal.js';

/** The runtime of a target process: what stops the thread's own code, and calls it. */
export interface RuntimeState {
  readonly pid: number;
  readonly runtime: 'v8';
  /** Program or library that it is in, as the process names it. */
  readonly binary: string;
  /** Are the steps of incremental marking seen? */
  readonly steps: boolean;
  /** Are the turns of its event loops seen? */
  readonly loops: boolean;
  /** Why its collections are not seen. */
  readonly refusal?: Refusal;
}
