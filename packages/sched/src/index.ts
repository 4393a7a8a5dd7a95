export { SchedulingCollector, createSchedulingCollector } from './collector.js';
export { meta as schedulingMeta } from './meta.js';
export type { DeadlineParameters, SchedulingAttributes } from '@hftmon/perf-native';
export type { ChangedAttribute } from './attributes/attribute-change.js';
export type { Period } from './periods/period.js';
export type { DepthDistribution } from './threads/depth-counts.js';
export type { CpuCgroup, RealtimeLimit } from './throttling/cpu-cgroup.js';
export type { CgroupThrottling, ThrottlingInfo } from './throttling/throttling-info.js';
export type {
  AttributeChange,
  AttributeChangeQuery,
  ChainLink,
  InversionQuery,
  LatencyDistribution,
  LockRef,
  PriorityInversion,
  SchedulingConfig,
  SchedulingField,
  SchedulingMetrics,
  SchedulingQuery,
  ThreadSchedulingInfo,
} from './types.js';
