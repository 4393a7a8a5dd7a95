export { HFTResourceMonitor } from './hft-resource-monitor.js';
export type { CollectorChoice, HFTResourceMonitorOptions } from './hft-resource-monitor-options.js';
export { DEFAULT_CONFIGURATION, type MonitorConfiguration } from './configuration/configuration.js';
export type { AttachedProcess, AttachOptions } from './process/attached-process.js';
export type { CollectorAnswers, HistoryQuery } from './run/collector-answers.js';
export type { CollectorReport } from './run/collector-reports.js';
export type { NoiseOptions, SampleThreadsOptions } from './run/poll-cpu.js';
export type { FlightOptions } from './flight/flight-options.js';
export {
  FLIGHT_SCHEMA,
  type FlightDictionary,
  type FlightEvent,
  type FlightLosses,
  type FlightMeta,
  type FlightSpikes,
  type FlightStats,
  type FlightTarget,
  type FlightTrigger,
  type FlightWindow,
  type NamedFrame,
  type NamedTask,
} from './flight/flight-types.js';
export { readFlight, type Flight } from './flight/read-flight.js';
export { replayFlight } from './flight/replay-flight.js';
export type { MonitorEvents, ProcessExit } from './monitor-events.js';
export {
  installedCollectorNames,
  installedCollectors,
  type CollectorFactory,
} from './collectors/installed-collectors.js';

// What a user of the monitor catches, reads and passes on, so that one import is enough.
export {
  ConfigurationError,
  HardwareNotSupportedError,
  MonitorError,
  PermissionError,
  ProcessNotFoundError,
  isMonitorError,
} from '@hftmon/core';
export type { FunctionProbe, SpanProbe, StaticProbe } from '@hftmon/core';
export type { CacheMetrics, CacheQuery, FalseSharingReport, SharedLine } from '@hftmon/cache';
export type { ContextSwitchInfo, ContextSwitchQuery } from '@hftmon/ctxsw';
export type {
  CoalescingInfo,
  DeferredWorkInfo,
  InterruptAffinity,
  InterruptInfo,
  InterruptQuery,
  TickInfo,
  TlbSender,
  WorkRun,
} from '@hftmon/irq';
export {
  CAUSE_CLASSES,
  CAUSE_CLASS,
  correctionToJson,
  createLatencyCollector,
  spanToJson,
  spikeToJson,
  type Cause,
  type CauseClass,
  type HardwareCount,
  type LatencyQuery,
  type LatencySpike,
  type NoiseCause,
  type NoiseGap,
  type NoiseReport,
  type NoiseTotal,
  type NotObserved,
  type AdaptiveThreshold,
  type ReceiptPart,
  type CorrectionJson,
  type SpikeCorrection,
  type SpikeJson,
  type SpikeVerdict,
  type ThreadThreshold,
  type ThresholdInForce,
  type WithheldSpikes,
  type SlowSpan,
  type SpanBudgetOption,
  type SpanPart,
  type SpanQuery,
  type SpanReport,
  type SpanSummary,
  type ThreadStateReport,
  type ThreadStateSamples,
} from '@hftmon/latency';
export type { NumaQuery, NUMAStats } from '@hftmon/numa';
export type { Recommendation } from './run/recommendations.js';
export type {
  AttributeChange,
  AttributeChangeQuery,
  InversionQuery,
  PriorityInversion,
  SchedulingQuery,
  ThreadSchedulingInfo,
  ThrottlingInfo,
} from '@hftmon/sched';
export {
  createProbeEnvironment,
  requireBpf,
  type HostEnvironment,
  type ProbeRoots,
} from '@hftmon/perf-native';
