import type { Interval, Usage } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface FaultsOptions extends CommonOptions {
  /** Pages touched. Default 1009, or 7 huge ones. */
  readonly pages?: number;
  /** Touch 2 MiB pages. */
  readonly huge?: boolean;
  /** Busy pause before each touch, us. Default 0. */
  readonly gapUs?: number;
  /** CPU of the target thread. Default: not pinned. */
  readonly cpu?: number;
}

export interface FaultsReport extends CommonReport {
  readonly tid: number;
  readonly pages: number;
  readonly pageBytes: number;
  /** Memory that really came as huge pages, bytes; -1 if the kernel doesn't say. */
  readonly hugeBytes: number;
  /** Sum of the touches, ns. */
  readonly totalNs: number;
  /** Address of the first page, hexadecimal. */
  readonly address: string;
  readonly usage: Usage;
  readonly touches: readonly Interval[];
}

/** An exact number of minor page faults. */
export function spawnFaults(options: FaultsOptions = {}): Promise<Workload<FaultsReport>> {
  return Workload.spawn('faults', options);
}
