export {
  LatencyCollector,
  createLatencyCollector,
  type LatencyMetrics,
} from './latency-collector.js';
export type { LatencyRecommendation } from './recommend/recommend.js';
export type { LatencyRule } from './recommend/rule.js';
export { validateLatencyOptions, type LatencyOptions } from './options/latency-options.js';
export type { AdaptiveThreshold, ThreadThreshold } from './options/threshold-options.js';
export type { SpanBudgetOption } from './options/span-budgets.js';
export { recommendedSourceOptions } from './options/source-options.js';
export { SPAN_SCHEMA, spanToJson, type SpanJson } from './report/span-json.js';
export type { WithheldSpikes } from './report/rate-limit.js';
export {
  CORRECTION_SCHEMA,
  correctionToJson,
  type CorrectionJson,
} from './report/correction-json.js';
export { SPIKE_SCHEMA, spikeToJson, type SpikeJson } from './report/spike-json.js';
export {
  CAUSE_CLASS,
  CAUSE_CLASSES,
  type Cause,
  type CauseClass,
  type NotObserved,
} from './types/cause.js';
export type { CorrectionListener, SpanRef, SpikeCorrection } from './types/correction.js';
export type { TaskShare, SyscallRef } from './types/details/refs.js';
export type { DetailsByCause, ObservedCause } from './types/details.js';
export type { LatencyQuery } from './types/query.js';
export type {
  LatencySpike,
  Receipt,
  ReceiptPart,
  RelatedEvent,
  SpikeListener,
  SpikeVerdict,
  VerdictListener,
} from './types/spike.js';
export type { Explanation } from './receipt/explain-stretch.js';
export type { NoiseTotal } from './noise/gap-log.js';
export type { NoiseCause, NoiseGap } from './noise/noise-gap.js';
export type { NoiseRunOptions } from './noise/noise-options.js';
export type { NoiseReport, NoiseSlots } from './noise/noise-report.js';
export type { HardwareCount } from './noise/steal.js';
export { runNoiseProbe } from './noise/run-noise-probe.js';
export type { ThresholdInForce } from './types/thread-threshold.js';
export type {
  SlowSpan,
  SpanEvent,
  SpanListener,
  SpanPart,
  SpanQuery,
  SpanReceipt,
  SpanReport,
  SpanSourceName,
  SpanSummary,
} from './types/span.js';
export {
  sampleThreadStates,
  type ThreadStateOptions,
  type ThreadStateReport,
  type ThreadStateSamples,
} from './noise/sample-thread-states.js';
