import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface SignalsOptions extends CommonOptions {
  /** Default 23. */
  readonly count?: number;
  /** Between signals, us. Default 500. */
  readonly gapUs?: number;
  /** CPU of the target thread. Default: not pinned. */
  readonly cpu?: number;
  /** CPU of the sender. Default: not pinned. */
  readonly senderCpu?: number;
}

export interface SentSignal {
  /** Before it was sent. */
  readonly sentNs: number;
  /** At the handler's first line. */
  readonly handledNs: number;
}

export interface SignalsReport extends CommonReport {
  readonly tid: number;
  readonly senderTid: number;
  /** Signal number. */
  readonly signal: number;
  /** Signals handled. */
  readonly count: number;
  readonly signals: readonly SentSignal[];
}

/** A thread that gets an exact number of SIGUSR1 from another. */
export function spawnSignals(options: SignalsOptions = {}): Promise<Workload<SignalsReport>> {
  return Workload.spawn('signals', options);
}
