import type { Refusal } from '../collector/refusal.js';

/** Garbage collections of one target process, whose runtime is one that they are seen in. */
export interface PauseProbeState {
  readonly pid: number;
  readonly runtime: 'v8';
  /** Program or library that the runtime is in, as the process names it. */
  readonly binary: string;
  /** Are the steps of incremental marking seen, too? */
  readonly steps: boolean;
  /** Why its collections are not seen. */
  readonly refusal?: Refusal;
}
