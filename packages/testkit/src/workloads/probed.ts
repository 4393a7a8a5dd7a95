import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface ProbedOptions extends CommonOptions {
  /**
   * `plain`: calls of `probed_work`. `recursion`: of `probed_recursion`, each with `depth` more
   * within. `jump`: of `probed_jump`, which are left by longjmp(), each followed by one of `probed_work`. `static`: from the static probe
   * `hftmon_test:begin` to `hftmon_test:end`, every second time twice. `rest`: as `plain`, then all
   * threads stay in `probed_rest` until the end.
   */
  readonly mode?: 'plain' | 'recursion' | 'jump' | 'static' | 'rest';
  /** Threads that call. Default 1. */
  readonly threads?: number;
  /** Calls of each thread. Default 101. */
  readonly calls?: number;
  /** Length of a call, us. Default 0. */
  readonly callUs?: number;
  /** Of `recursion`. Default 5. */
  readonly depth?: number;
}

/** A thread that called. */
export interface CallingThread {
  readonly tid: number;
  /** Of up to 4096 calls of `probed_work`: what the clock said right before and right after … */
  readonly outer: readonly Interval[];
  /** … and as the first and the last thing in it. */
  readonly inner: readonly Interval[];
}

export interface ProbedReport extends CommonReport {
  readonly calls: number;
  /** When it was told to go: did the code of `probed_work` differ from what it was at its start? */
  readonly changed: boolean;
  /** The counter of `hftmon_test:begin`, at that time: of those who listen. */
  readonly semaphore: number;
  readonly durationNs: number;
  readonly workers: readonly CallingThread[];
}

/** A program with functions and static probes that others may put uprobes on. */
export function spawnProbed(options: ProbedOptions = {}): Promise<Workload<ProbedReport>> {
  return Workload.spawn('probed', options);
}
