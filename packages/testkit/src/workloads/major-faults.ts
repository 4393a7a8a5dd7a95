import type { Interval, Usage } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface MajorFaultsOptions extends CommonOptions {
  /** Pages touched. Default 13. */
  readonly pages?: number;
  /** Where the file is made. Default /var/tmp. */
  readonly dir?: string;
  /** CPU of the target thread. Default: not pinned. */
  readonly cpu?: number;
}

export interface MajorFaultsReport extends CommonReport {
  readonly tid: number;
  readonly pages: number;
  readonly filesystem: string;
  /** Why there was no major fault, when there was none. */
  readonly unsupported?: string;
  readonly address: string;
  /** From page to page, bytes. */
  readonly strideBytes: number;
  readonly usage: Usage;
  readonly touches: readonly Interval[];
}

/** Page faults that wait for the disk. */
export function spawnMajorFaults(
  options: MajorFaultsOptions = {},
): Promise<Workload<MajorFaultsReport>> {
  return Workload.spawn('major-faults', options);
}
