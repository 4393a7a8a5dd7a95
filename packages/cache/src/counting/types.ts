import type { Percentile, Support } from '@hftmon/core';
import type { PmuMetric, PmuResolution } from '@hftmon/perf-native';
import type { CacheField } from './cache-field.js';

/** Options of the counting of cache events. */
export interface CountingOptions {
  /**
   * Shortest time between two samples of a thread, us. Default 10 000. From 1000 up a thread of
   * the monitor reads the counters; below, down to 10, they are captured on the thread's own core.
   */
  readonly counterIntervalUs?: number;
  /** What to count, the more important first; what does not fit on the CPU is left out. */
  readonly counterMetrics?: readonly PmuMetric[];
  /** Samples kept in memory. Default 32 768. */
  readonly counterSamples?: number;
  /** Threads that can be counted at a time. Default 8192. */
  readonly maxThreads?: number;
  /** CPUs of the thread that reads the counters. Default: as inherited. */
  readonly cpuAffinity?: readonly number[];
}

/** Where to count. */
export interface CountingHost {
  readonly procRoot: string;
  readonly sysRoot: string;
  /** CLOCK_MONOTONIC ns of time 0. */
  readonly epochNs: bigint;
  /** What the PMU can count. Default: found out from the roots and by trying. */
  readonly resolution?: PmuResolution;
}

/** What is asked for. */
export interface CountsQuery {
  readonly pid?: number | undefined;
  readonly tid?: number | undefined;
  /**
   * The last so much, us, up to the newest sample; samples that reach into it count whole.
   * Without it everything since the process was attached, or for a thread what is still kept.
   */
  readonly timeWindowUs?: number | undefined;
  /** Of the L1 hit rate over the samples. Default 50, 95, 99 and 99.9; `[]` for none. */
  readonly percentiles?: readonly number[] | undefined;
}

/** Counts of cache events. A field that is not there has its reason in `sources`. */
export interface CacheCounts extends Readonly<Partial<Record<CacheField, number>>> {
  /** 0 to 1; 0 where there were no accesses. */
  readonly l1HitRate?: number;
  readonly l2HitRate?: number;
  readonly l3HitRate?: number;
  /** Of the L1 hit rate of the samples; absent when there is none or none was asked for. */
  readonly percentiles?: readonly Percentile[];
  /** What the samples cover, ns since the epoch; 0 and 0 without any. */
  readonly fromNs: number;
  readonly toNs: number;
  readonly samples: number;
  /** Mean running time of a thread between two samples, us: the resolution really reached. */
  readonly sampleIntervalUs?: number;
  /** Share of the threads' running time in which the events were counted; nothing is scaled. */
  readonly countedRatio?: number;
  readonly sources: Readonly<Record<CacheField, Support>>;
}
