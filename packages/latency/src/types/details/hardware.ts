/** Time in which the hypervisor ran something else on the CPU. */
export interface StealDetails {
  readonly count: number;
  /**
   * How exactly its place is known, ns: each was at some time in so long before its end as told.
   * The longest of them.
   */
  readonly windowNs: number;
}

/** Time that an idle CPU took from being asked to wake to its first sign of life. */
export interface CStateDetails {
  /** The one that took longest first. */
  readonly states: readonly {
    readonly cpu: number;
    /** K of /sys/devices/system/cpu/cpuN/cpuidle/stateK. */
    readonly state: number;
    /** `C1`, `C6`, … */
    readonly name?: string;
    /** Time that leaving it takes at worst, by the kernel's tables, us. */
    readonly exitLatencyUs?: number;
    readonly ns: number;
    readonly count: number;
    /** How long the CPU had been in it, ns; the longest. */
    readonly idleNs: number;
  }[];
}
