/** Who a tid is. */
export interface TaskInfo {
  readonly tid: number;
  readonly pid: number;
  readonly comm: string;
  /** `SCHED_OTHER`, `SCHED_FIFO`, … */
  readonly policy: string;
  /** Kernel priority: 0–98 real-time (lower is stronger), 100–139 fair. */
  readonly priority: number;
  readonly kernelThread: boolean;
  /** Id of its cgroup when the stream told of it, see CgroupDirectory; absent when it did not. */
  readonly cgroupId?: number;
}

/** Names of tasks, fed by the stream's Task records, so it knows tasks that are long gone. */
export interface TaskDirectory {
  /** The task that had this tid at that time (ns since the epoch), or `undefined` if not seen. */
  lookup(tid: number, atNs?: number): TaskInfo | undefined;
}
