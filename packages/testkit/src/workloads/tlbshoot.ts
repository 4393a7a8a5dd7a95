import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface TlbshootOptions extends CommonOptions {
  /** Calls that need a flush. Default 211. */
  readonly count?: number;
  /** Default `madvise`. */
  readonly via?: 'madvise' | 'mprotect';
  /** Sleep before each, us. Default 200. */
  readonly gapUs?: number;
  /** CPU of the thread that is interrupted. Default: another than the sender's. */
  readonly cpu?: number;
  /** CPU of the sender. Default: the first allowed. */
  readonly otherCpu?: number;
}

export interface TlbshootReport extends CommonReport {
  readonly via: 'madvise' | 'mprotect';
  readonly cpu: number;
  readonly otherCpu: number;
  /** The thread that is interrupted. */
  readonly tid: number;
  readonly senderTid: number;
  readonly iterations: number;
  readonly calls: readonly Interval[];
}

/** One thread makes the kernel flush the TLB of the CPU where another one spins. */
export function spawnTlbshoot(options: TlbshootOptions = {}): Promise<Workload<TlbshootReport>> {
  return Workload.spawn('tlbshoot', options);
}
