export { NumaCollector, createNumaCollector } from './collector.js';
export { meta as numaMeta } from './meta.js';
export type {
  Heatmap,
  HeatmapCell,
  HeatmapGrain,
  HeatmapResolution,
  HeatmapSource,
} from './heatmap/types.js';
export type { LatencyMatrix, MeasuredLatency } from './host/latency-matrix.js';
export { readNumaHost, type NumaHost, type NumaNode } from './host/numa-host.js';
export { parseNumaMaps, type NumaMapping } from './placement/numa-maps.js';
export type { NodePages, ProcessPlacement } from './placement/process-placement.js';
export type { NumaRecommendation, NumaRule } from './recommend/recommendation.js';
export type { SampleSource } from './samples/sample-source.js';
export type { ThreadPlace } from './threads/thread-places.js';
export type {
  AccessEstimate,
  HotSpot,
  NUMAStats,
  NumaConfig,
  NumaField,
  NumaQuery,
  TargetPages,
  TargetReport,
  TargetTraffic,
} from './types.js';
