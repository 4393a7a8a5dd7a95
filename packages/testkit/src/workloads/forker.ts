import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface ForkerOptions extends CommonOptions {
  /** Children, one after the other. Default 5. */
  readonly children?: number;
  /** Threads of each, up to 16. Default 2. */
  readonly threads?: number;
  /** How long each lives, ms. Default 5. */
  readonly lifeMs?: number;
  /** CPU of the target thread. Default: not pinned. */
  readonly cpu?: number;
}

/** From fork until reaped. */
export interface ForkedChild extends Interval {
  readonly pid: number;
  /** Child i ends with i modulo 256. */
  readonly exitCode: number;
  /** Its threads, its main thread not among them. */
  readonly tids: readonly number[];
}

export interface ForkerReport extends CommonReport {
  readonly tid: number;
  readonly children: readonly ForkedChild[];
}

/** Children that come and go, each with threads of its own. */
export function spawnForker(options: ForkerOptions = {}): Promise<Workload<ForkerReport>> {
  return Workload.spawn('forker', options);
}
