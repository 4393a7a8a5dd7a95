/** Where a thread is now. */
export type ThreadState = 'running' | 'waiting' | 'blocked' | 'exited' | 'unknown';

/**
 * Exact totals of one thread since it was attached (or born), kept by the kernel probes whatever
 * happens to event detail. Times in ns. A field is `undefined` when its probe is not attached.
 */
export interface ThreadTotals {
  readonly tid: number;
  readonly pid: number;
  readonly comm: string;
  readonly state: ThreadState;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  readonly migrations: number | undefined;
  /** When they began, at its attach or its birth: ns since the session epoch. */
  readonly bornNs: number;
  /** Time since then, until these totals were read or the thread ended. */
  readonly lifetimeNs: number;
  readonly onCpuNs: number;
  /** All time off the CPU: blocked and waiting. */
  readonly offCpuNs: number;
  /** Runnable but not running, after a wake-up or a preemption. */
  readonly runQueueNs: number;
  readonly irqNs: number | undefined;
  readonly irqCount: number | undefined;
  readonly softirqNs: number | undefined;
  readonly softirqCount: number | undefined;
  readonly vectorNs: number | undefined;
  readonly vectorCount: number | undefined;
  /** TLB shootdowns that it sent to other CPUs. */
  readonly tlbSendCount?: number | undefined;
  readonly minorFaults: number | undefined;
  readonly majorFaults: number | undefined;
  readonly faultNs: number | undefined;
  readonly syscallNs: number | undefined;
  readonly syscallCount: number | undefined;
  /** Log2 histogram of off-CPU intervals: bucket i counts [2^i, 2^(i+1)) ns. */
  readonly offCpuHistogram: Uint32Array;
  /** Log2 histogram of run-queue waits. */
  readonly runQueueHistogram: Uint32Array;
}
