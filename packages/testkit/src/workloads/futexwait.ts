import type { Interval, Usage } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface FutexwaitOptions extends CommonOptions {
  /** Rounds. Default 11. */
  readonly count?: number;
  /** How long the lock is held while the target waits, us. Default 2000. */
  readonly holdUs?: number;
  /** What the holder does meanwhile. Default `sleep`. */
  readonly hold?: 'sleep' | 'busy';
  /** Plain mutex or one with priority inheritance. Default `mutex`. */
  readonly via?: 'mutex' | 'pi';
  /** CPU of the target thread. Default: not pinned. */
  readonly cpu?: number;
  /** CPU of the holder. Default: not pinned. */
  readonly holderCpu?: number;
}

/** Measured by the waiter around its lock call. */
export interface LockWait extends Interval {
  /** When the holder let go. */
  readonly releasedNs: number;
}

export interface FutexwaitReport extends CommonReport {
  /** The thread that waits. */
  readonly tid: number;
  readonly holderTid: number;
  /** Hexadecimal. */
  readonly futexAddress: string;
  readonly via: 'mutex' | 'pi';
  /** Of the thread that waits. */
  readonly usage: Usage;
  readonly waits: readonly LockWait[];
}

/** A thread that waits for a lock another one holds. */
export function spawnFutexwait(options: FutexwaitOptions = {}): Promise<Workload<FutexwaitReport>> {
  return Workload.spawn('futexwait', options);
}
