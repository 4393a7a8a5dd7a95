import type { RecordKind } from '../record/record-kind.js';

/** Unit of a metric, in the spelling used by every output. */
export type MetricUnit = 'ns' | 'us' | 'count' | 'ratio' | 'bytes' | 'bytes_per_second' | 'hertz';

/** `counter` only grows; `gauge` goes both ways; `histogram` is a distribution. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

/** One metric that a collector emits. */
export interface MetricMeta {
  /** snake_case, unique within the collector, ends in its unit where it has one. */
  readonly name: string;
  readonly unit: MetricUnit;
  readonly type: MetricType;
  /** One sentence, ends without a full stop. */
  readonly help: string;
}

/** Something a collector cannot do without. */
export interface Need {
  /** `capability`: CAP_…; `tracepoint`: a kernel tracepoint with BTF; `file`: a readable path. */
  readonly type: 'capability' | 'tracepoint' | 'file' | 'feature';
  /** `CAP_BPF`, `sched_switch`, `/proc/interrupts`, … */
  readonly name: string;
  /** When true the collector still works without it, with less. */
  readonly optional?: boolean;
}

/** What a collector says of itself. Data only, checked at registration. */
export interface CollectorMeta {
  /** Unique, kebab-case: `ctxsw`, `irq`, … */
  readonly name: string;
  /** The collector's own version (semver). */
  readonly version: string;
  /** Major version of the host API that it was written for; see {@link HOST_API_VERSION}. */
  readonly apiVersion: number;
  /** One sentence for `doctor` and READMEs. */
  readonly summary: string;
  /** Record kinds that it consumes; the host attaches just the probes that make them. */
  readonly kinds: readonly RecordKind[];
  /** Names of record kinds of its own; the host hands out numbers from 0x8000 up. */
  readonly pluginKinds?: readonly string[];
  readonly metrics: readonly MetricMeta[];
  readonly needs: readonly Need[];
}

/** Major version of the contract between host and collectors. */
export const HOST_API_VERSION = 1;
