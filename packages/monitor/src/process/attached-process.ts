/** How a process is watched. */
export interface AttachOptions {
  /** Also watch processes that the target starts from now on. Default false. */
  readonly followChildren?: boolean;
  /** The cache collector watches it. Default true. */
  readonly trackCache?: boolean;
  /** The NUMA collector watches it. Default true. */
  readonly trackNuma?: boolean;
}

/** Names of the collectors that shall leave a process alone. */
export function leftAloneBy({ trackCache, trackNuma }: AttachOptions): string[] {
  return [...(trackCache === false ? ['cache'] : []), ...(trackNuma === false ? ['numa'] : [])];
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
