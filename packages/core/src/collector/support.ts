/**
 * Quality of a data source, best first: `hardware` (PMU), `kernel` (BPF, software perf events,
 * breakpoints), `procfs` (/proc and /sys).
 */
export type Tier = 'hardware' | 'kernel' | 'procfs';

/** Answer of a probe: the source that will be used, or why there is none and what to do. */
export type Support =
  | {
      readonly ok: true;
      readonly tier: Tier;
      readonly source: string;
      /** In what way it is less than it could be. */
      readonly degraded?: string;
      /** What lifts that, as a command where possible; absent where nothing does. */
      readonly remedy?: string;
    }
  | {
      readonly ok: false;
      /** Stable code, `HFTMON_E_…`. */
      readonly code: string;
      readonly reason: string;
      /** What the user can do about it, as a command where possible. */
      readonly remedy: string;
    };

/** Support of single metrics by their names, see `Collector.probeMetrics`. */
export type MetricSupport = ReadonlyMap<string, Support>;

/**
 * What a probe may look at. Roots are injected so that captured trees of other hosts can stand
 * in for `/proc` and `/sys`.
 */
export interface ProbeEnvironment {
  /** Usually `/proc`. */
  readonly procRoot: string;
  /** Usually `/sys`. */
  readonly sysRoot: string;
  /** Can the process use BPF and does the kernel describe its types? */
  readonly bpf: Support;
  /** Does the running kernel have this tracepoint, described in BTF? */
  hasTracepoint(name: string): boolean;
  /** Does the process hold this capability, for example `CAP_PERFMON`? */
  hasCapability(name: string): boolean;
}
