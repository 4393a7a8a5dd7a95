import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface MarksOptions extends CommonOptions {
  /**
   * `plain`: one span after the other. `flood`: the same as fast as it goes, with nothing noted.
   * `nested`: `inside` within `outside`, with an instant. `overlapping`: `outside` ends first.
   * `ends`: no beginnings. `begins`: no ends. `names`: a span for each of so many names, by the
   * main thread. `fork`: a child marks one span, too.
   */
  readonly mode?:
    'plain' | 'flood' | 'nested' | 'overlapping' | 'ends' | 'begins' | 'names' | 'fork';
  /** Threads that mark. Default 1. */
  readonly threads?: number;
  /** Spans, or pairs of them, of each thread. Default 101. */
  readonly spans?: number;
  /** Length of a `plain` span, us. Default 0. */
  readonly spanUs?: number;
  /** So many spans in each millisecond, at its beginning. Default: as they come. */
  readonly perMs?: number;
  /** Marks that a thread's ring holds; a power of two. */
  readonly ringMarks?: number;
  /** Threads that there are rings for. */
  readonly ringThreads?: number;
  /** CPU of the threads. Default: not pinned. */
  readonly cpu?: number;
}

/** A thread that marked. */
export interface MarkingThread {
  readonly tid: number;
  /** Ids count up from there. */
  readonly firstId: number;
  /** Of `plain` spans, up to 4096: what the clock said right before and right after it … */
  readonly outer: readonly Interval[];
  /** … and right after its beginning and right before its end. */
  readonly inner: readonly Interval[];
}

export interface MarksReport extends CommonReport {
  readonly spans: number;
  /** Main thread. */
  readonly tid: number;
  /** The child of `fork`; it ends with the workload's limit, or when it is killed. */
  readonly child: number;
  readonly durationNs: number;
  readonly workers: readonly MarkingThread[];
}

/** Threads that mark their work, and know how long it took. */
export function spawnMarks(options: MarksOptions = {}): Promise<Workload<MarksReport>> {
  return Workload.spawn('marks', options);
}
