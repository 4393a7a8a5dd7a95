import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface TouchOptions extends CommonOptions {
  /** Size of the region, MiB. Default 16. */
  readonly mib?: number;
  /** Its first part, touched before the workload is ready, MiB. Default: half of it. */
  readonly touchedMib?: number;
  /** The part that is used again and again, MiB. Default 1. */
  readonly hotMib?: number;
  /** Where that part begins, MiB. Default 0. */
  readonly hotAtMib?: number;
  /** Node that the region is bound to. Default: where it is touched first. */
  readonly node?: number;
  /** CPU of the thread that uses the hot part. Default: the first allowed. */
  readonly cpu?: number;
  /** CPU of the thread that touches first. Default: `cpu`. */
  readonly touchCpu?: number;
  /** Default: until `stop`. */
  readonly durationMs?: number;
}

/** Where the memory is; addresses are hexadecimal. Known before the hot part is used. */
export interface TouchPlace {
  /** The thread that touched first. */
  readonly toucherTid: number;
  readonly touchCpu: number;
  /** CPU of the thread that uses the hot part. */
  readonly cpu: number;
  /** The region, of 4096-byte pages. */
  readonly address: string;
  readonly bytes: number;
  /** From its start; the rest has no pages. */
  readonly touchedBytes: number;
  readonly hotAddress: string;
  readonly hotBytes: number;
}

export interface TouchReport extends CommonReport, TouchPlace {
  /** The thread that used the hot part. */
  readonly tid: number;
  /** Times that it went through the hot part. */
  readonly passes: number;
  /** Its loads and stores: one of each per 64 bytes and pass. */
  readonly accesses: number;
  readonly startNs: number;
  readonly endNs: number;
}

/** Memory with pages touched by one thread, pages never touched, and a part used by another. */
export function spawnTouch(options: TouchOptions = {}): Promise<Workload<TouchReport>> {
  return Workload.spawn('touch', options);
}

/** What the workload said of its memory when it was ready. */
export function touchPlace(workload: Workload<TouchReport>): TouchPlace {
  return workload.ready as unknown as TouchPlace;
}
