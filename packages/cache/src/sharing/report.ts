import type { Support } from '@hftmon/core';
import type { Confirmation } from '../confirm/confirmation.js';
import type { LineLocation } from '../locate/line-location.js';
import type { SharingVerdict } from './classify.js';
import type { PaddingAdvice } from './padding-advice.js';
import type { SampleCounts } from './sharing-table.js';

/** An instruction that accesses a line. */
export interface AccessingCode {
  /** Hexadecimal. */
  readonly address: string;
  /** Function, as in the symbol table; absent where no symbol covers it. */
  readonly symbol?: string;
  /** Bytes from the start of the function. */
  readonly offset?: number;
  readonly module?: string;
  readonly samples: number;
}

/** Bytes of a line that a thread uses, as sampled. */
export interface SharedAccess {
  /** Bytes from the start of the line. */
  readonly offset: number;
  readonly size: number;
  /** Samples of loads, and of stores; an atomic or read-modify-write instruction is in both. */
  readonly loads: number;
  readonly stores: number;
  /** Loads that another core's cache answered (HITM); only from hardware samples. */
  readonly transfers?: number;
  /** Most sampled first. */
  readonly code: readonly AccessingCode[];
}

/** A thread's part in the sharing of a line. */
export interface SharingThread {
  readonly tid: number;
  readonly comm: string;
  /** Samples of it on this line. */
  readonly samples: number;
  /**
   * Share of all its samples: with the CPU clock, of its CPU time, mostly spent waiting for the
   * line.
   */
  readonly share: number;
  readonly accesses: readonly SharedAccess[];
}

/** A cache line that threads share. */
export interface SharedLine {
  readonly pid: number;
  /** Hexadecimal, of its first byte. */
  readonly address: string;
  /** Bytes of a line. */
  readonly sizeBytes: number;
  readonly verdict: SharingVerdict;
  /** `confirmed`: watchpoints saw the threads use these bytes; `suspected`: samples suggest it. */
  readonly confidence: 'confirmed' | 'suspected';
  /** Why it is not confirmed. */
  readonly notConfirmed?: string;
  readonly location: LineLocation;
  /** NUMA node; absent when it could not be asked for. */
  readonly node?: number;
  readonly samples: number;
  /** How often its threads took turns on different cores, at least. */
  readonly alternations: number;
  /** ns since the session epoch. */
  readonly firstSeenNs: number;
  readonly lastSeenNs: number;
  readonly threads: readonly SharingThread[];
  readonly advice: PaddingAdvice;
  /** What watching it showed and cost; absent when it was not watched. */
  readonly watched?: Confirmation;
}

/** Why some threads, or all of a process, are not covered. */
export interface SamplingGap {
  readonly pid: number;
  /** `HFTMON_E_…`. */
  readonly code: string;
  readonly reason: string;
  readonly remedy: string;
  /** Threads that it concerns; absent for the whole process. */
  readonly threads?: number;
}

/** Cache lines that threads of the monitored processes share, since the start. */
export interface FalseSharingReport {
  /** Where it comes from, or why there is none. */
  readonly source: Support;
  /** Can sharing be confirmed, and if not, why? */
  readonly confirmation: Support;
  /** Time between two samples of a thread, us of its CPU time; absent for hardware samples. */
  readonly periodUs?: number;
  /** Absent where none are taken. */
  readonly samples?: SampleCounts & {
    /** Not taken, since a buffer was full. */
    readonly lost: number;
    /** Times that the kernel paused sampling. */
    readonly throttled: number;
  };
  readonly gaps: readonly SamplingGap[];
  /** Most samples first. */
  readonly lines: readonly SharedLine[];
}
