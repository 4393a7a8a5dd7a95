import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface WalkOptions extends CommonOptions {
  /** Size of the region, MiB; take more than the last-level cache. Default 128. */
  readonly mib?: number;
  /** CPU to work on. Default: the first allowed. */
  readonly cpu?: number;
  /** Default: until `stop`. */
  readonly durationMs?: number;
}

/** Where it walks; addresses are hexadecimal. Known before it begins. */
export interface WalkPlace {
  /** The region. */
  readonly address: string;
  readonly bytes: number;
  /** The one load instruction that waits for memory; symbol `walk_load`. */
  readonly loadAddress: string;
}

export interface WalkReport extends CommonReport, WalkPlace {
  readonly tid: number;
  readonly cpu: number;
  /** Times that the instruction ran. */
  readonly loads: number;
  readonly startNs: number;
  readonly endNs: number;
}

/** One thread follows pointers in random order through more memory than the caches hold. */
export function spawnWalk(options: WalkOptions = {}): Promise<Workload<WalkReport>> {
  return Workload.spawn('walk', options);
}

/** What the workload said of its region when it was ready. */
export function walkPlace(workload: Workload<WalkReport>): WalkPlace {
  return workload.ready as unknown as WalkPlace;
}
