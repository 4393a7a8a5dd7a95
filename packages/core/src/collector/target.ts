/** A monitored process. The start time tells it from a later process with the same pid. */
export interface Target {
  readonly pid: number;
  /** Name of the main thread when it was attached. */
  readonly comm: string;
  /** Field 22 of /proc/PID/stat, clock ticks since boot. */
  readonly startTimeTicks: number;
  /** When it was attached, ns since the session epoch. */
  readonly attachedNs: number;
  /** Names of the collectors that are not told of it. */
  readonly without?: readonly string[];
}
