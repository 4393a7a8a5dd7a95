import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface PimutexOptions extends CommonOptions {
  /** Threads in the chain, 2 to 5. Default 2. */
  readonly depth?: number;
  /** Rounds; in each, every thread but the last waits once. Default 11. */
  readonly count?: number;
  /** CPU time for which the last one holds its lock while all wait, us, at most 20000. Default 1000. */
  readonly holdUs?: number;
  /** Time that a further thread, weaker than the first, wants meanwhile, us. Default none. */
  readonly burnUs?: number;
  /** Plain mutexes or ones with priority inheritance. Default `pi`. */
  readonly via?: 'mutex' | 'pi';
  /** CPU of all these threads. Default: the first allowed. A second one watches over them. */
  readonly cpu?: number;
}

/** A thread of the chain, the strongest first. */
export interface PimutexThread {
  readonly tid: number;
  /** Of SCHED_FIFO; 0 for SCHED_OTHER. */
  readonly realtimePriority: number;
  /** Lock that it waits for, held by the next one; hexadecimal. The last one waits for none. */
  readonly futexAddress?: string;
  /** Measured around its lock calls, one per round. */
  readonly waits?: readonly Interval[];
}

export interface PimutexReport extends CommonReport {
  readonly via: 'mutex' | 'pi';
  readonly chain: readonly PimutexThread[];
  /** When the last one let go, by round. */
  readonly releasedNs: readonly number[];
  /** The further thread (SCHED_FIFO 5) and its times. */
  readonly burnerTid?: number;
  readonly burns?: readonly Interval[];
}

/** Real-time threads that wait for locks of weaker ones; bounded from another CPU. */
export function spawnPimutex(options: PimutexOptions = {}): Promise<Workload<PimutexReport>> {
  return Workload.spawn('pimutex', options);
}
