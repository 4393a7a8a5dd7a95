import type { Interval, Usage } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface NetloadOptions extends CommonOptions {
  /** Packets. Default 1009. */
  readonly count?: number;
  /** Bytes of each. Default 64. */
  readonly size?: number;
  /** Busy pause before each, us. Default 20. */
  readonly gapUs?: number;
  /** CPU to work on. Default: the first allowed. */
  readonly cpu?: number;
}

export interface NetloadReport extends CommonReport {
  readonly cpu: number;
  readonly tid: number;
  readonly port: number;
  readonly sent: number;
  readonly received: number;
  readonly usage: Usage;
  /** The send calls. */
  readonly sends: readonly Interval[];
  /** Sends, by index, after which not all packets were there yet: ksoftirqd had taken over. */
  readonly late: readonly number[];
}

/** Loopback packets: NET_RX softirqs on one CPU. */
export function spawnNetload(options: NetloadOptions = {}): Promise<Workload<NetloadReport>> {
  return Workload.spawn('netload', options);
}
