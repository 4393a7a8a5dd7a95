import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface ZombieOptions extends CommonOptions {
  /** Default 7. */
  readonly exitCode?: number;
}

export interface ZombieReport extends CommonReport {
  readonly zombiePid: number;
  readonly exitCode: number;
}

/** Keeps a child that has ended and is not reaped; its pid is `ready.zombiePid`. */
export function spawnZombie(options: ZombieOptions = {}): Promise<Workload<ZombieReport>> {
  return Workload.spawn('zombie', options);
}
