import type { Refusal } from '../collector/refusal.js';
import type { SpanProbeCounts } from './span-probe.js';

/** Exact accounts of the marks of one process, kept where they are read. */
export interface MarkCounts {
  /** Marks that were read and are valid. */
  readonly marks: number;
  readonly spans: number;
  readonly instants: number;
  /** Marks that were overwritten before they were read. */
  readonly lost: number;
  /** What no writer of marks writes. */
  readonly garbage: number;
  /** Ends of spans that were not open. */
  readonly unmatchedEnds: number;
  /** Spans that ended while one that had begun within them was open. */
  readonly overlapping: number;
  /** Spans that began when as many were open as are kept track of; they are not told. */
  readonly tooDeep: number;
  /** Spans without an end: their thread ended first, or marks of it were lost. */
  readonly abandoned: number;
  /** Marks whose clock ran backwards or was ahead of the present; their spans are not told. */
  readonly clockErrors: number;
  /** Spans that are open now. */
  readonly open: number;
  /** Threads that have marked. */
  readonly threads: number;
  /** Names; those that found no room go under the first one. */
  readonly names: number;
  readonly refusedNames: number;
  /** Threads that found no room, and their marks, which were not written. */
  readonly refusedThreads: number;
  readonly refusedMarks: number;
}

/** Accounts of one name. */
export interface NameCounts {
  /** Spans that ended, and instants. */
  readonly spans: number;
  readonly open: number;
  /** Ends that matched nothing, and spans that were abandoned. */
  readonly errors: number;
}

/** Where names of spans are from: an area of marks in a process. */
export interface SpanOrigin {
  readonly origin: number;
  readonly pid: number;
  /** What the spans are timed with. */
  readonly clock: 'tsc' | 'cntvct' | 'monotonic';
  /** Bound of what turning that clock into ns adds to a time, ns; 0 when it is in ns already. */
  readonly clockErrorNs: number;
  readonly counts: MarkCounts;
}

/** Marks of a process that can't be read, and why. */
export interface RefusedMarks {
  readonly pid: number;
  /** Descriptor of the process; absent when it is not about one of them. */
  readonly fd?: number;
  readonly refusal: Refusal;
}

/** A span probe in one process. */
export interface SpanProbeState {
  readonly name: string;
  readonly pid: number;
  readonly source: 'uprobe' | 'usdt';
  /** Of its spans; absent while it is not in the process. */
  readonly origin?: number;
  /** File that has it. */
  readonly binary?: string;
  readonly counts?: SpanProbeCounts;
  /** Why it is not in the process. */
  readonly refusal?: Refusal;
}

/** What SPAN records refer to. */
export interface SpanOrigins {
  /** Every origin since the open; of ended processes the latest 1024, with their last accounts. */
  list(): SpanOrigin[];
  /** Of the last look at each process. */
  refused(): readonly RefusedMarks[];
  /** Probes of spans, in each process that they were meant for. */
  probes(): readonly SpanProbeState[];
  /** Process whose name it is; `undefined` for an origin that never was. */
  pidOf(origin: number): number | undefined;
  /** A name; `undefined` when there is none. */
  nameOf(origin: number, name: number): string | undefined;
  /** Accounts of a name. */
  countsOf(origin: number, name: number): NameCounts;
}
