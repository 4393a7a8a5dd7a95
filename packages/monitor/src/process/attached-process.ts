/** How a process is watched. */
export interface AttachOptions {
  /** Also watch processes that the target starts from now on. Default false. */
  readonly followChildren?: boolean;
  /** Wanted by cache metrics, which no installed collector offers yet. */
  readonly trackCache?: boolean;
  /** Wanted by NUMA statistics, which no installed collector offers yet. */
  readonly trackNuma?: boolean;
}

/** A process that the monitor watches. */
export interface AttachedProcess {
  readonly pid: number;
  /** Name of its main thread when it was attached. */
  readonly comm: string;
  /** Clock ticks since boot; with the pid it names the process for good. */
  readonly startTimeTicks: number;
  readonly attachedAt: Date;
  readonly options: AttachOptions;
}
