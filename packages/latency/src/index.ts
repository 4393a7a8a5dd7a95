export {
  LatencyCollector,
  createLatencyCollector,
  type LatencyMetrics,
} from './latency-collector.js';
export type { LatencyOptions } from './options/latency-options.js';
export { recommendedSourceOptions } from './options/source-options.js';
export { SPIKE_SCHEMA, spikeToJson, type SpikeJson } from './report/spike-json.js';
export {
  CAUSE_CLASS,
  CAUSE_CLASSES,
  type Cause,
  type CauseClass,
  type NotObserved,
} from './types/cause.js';
export type { DetailsByCause, ObservedCause, TaskShare, SyscallRef } from './types/details.js';
export type { LatencyQuery } from './types/query.js';
export type {
  LatencySpike,
  Receipt,
  ReceiptPart,
  RelatedEvent,
  SpikeListener,
} from './types/spike.js';
