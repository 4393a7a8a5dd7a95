export { CacheCollector, createCacheCollector } from './collector.js';
export { meta as cacheMeta } from './meta.js';
export type { CacheConfig, CacheMetricField, CacheMetrics, CacheQuery } from './types.js';
export type { CacheField } from './counting/cache-field.js';
export type { CacheCounts, CountingOptions, CountsQuery } from './counting/types.js';
export type { SharingConfig, AddressSamplingConfig } from './sharing/settings.js';
export type { SharingVerdict } from './sharing/classify.js';
export type {
  AccessingCode,
  FalseSharingReport,
  SamplingGap,
  SharedAccess,
  SharedLine,
  SharingThread,
} from './sharing/report.js';
export type { SampleCounts } from './sharing/sharing-table.js';
export type { ByteRange, PaddingAdvice } from './sharing/padding-advice.js';
export type { LineLocation } from './locate/line-location.js';
export type { Confirmation, WatchedUse } from './confirm/confirmation.js';
