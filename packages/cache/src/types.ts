import type { Support } from '@hftmon/core';
import type { CacheField } from './counting/cache-field.js';
import type { CacheCounts, CountingOptions, CountsQuery } from './counting/types.js';
import type { FalseSharingReport } from './sharing/report.js';
import type { SharingConfig } from './sharing/settings.js';

/** Options of the collector. */
export interface CacheConfig extends CountingOptions, SharingConfig {}

/**
 * Which threads, and for the counters which time. The report of shared lines is of all the time since
 * the start: `pid` and `tid` select the lines that the process or thread takes part in.
 */
export type CacheQuery = CountsQuery;

/** Fields that can be missing. */
export type CacheMetricField = CacheField | 'falseSharingEvents' | 'cacheLineBounces';

/** What is known of caches. A field that is not there has its reason in `sources`. */
export interface CacheMetrics extends Omit<CacheCounts, 'sources'> {
  /** Of the answer; the time of the close after it. */
  readonly timestamp: Date;
  /**
   * Address samples that fell on lines whose sharing is false or mixed. They stand for time lost
   * there, not for single events.
   */
  readonly falseSharingEvents?: number;
  /** Loads that were answered by a modified line of another core's cache (HITM). */
  readonly cacheLineBounces?: number;
  readonly falseSharing: FalseSharingReport;
  readonly sources: Readonly<Record<CacheMetricField, Support>>;
}
