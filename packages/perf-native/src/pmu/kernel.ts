/** One event as perf_event_open(2) takes it. */
export interface EventEncoding {
  readonly type: number;
  readonly config: number;
  readonly config1: number;
}

/** What is asked of the kernel while the PMU is resolved; injected in tests. */
export interface PmuKernel {
  /**
   * Opens these events as one pinned group that counts a thread of ours, lets that run on one of
   * the CPUs, and closes them again.
   * @returns 0 when they counted; -EBUSY when they never got counters; else the negative errno of
   *   perf_event_open
   */
  tryGroup(
    events: readonly EventEncoding[],
    excludeKernel: boolean,
    cpus: readonly number[] | undefined,
  ): number;
}
