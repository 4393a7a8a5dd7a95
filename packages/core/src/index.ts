export {
  RECORD_BYTES,
  RECORD_WORDS,
  RECORD_DOUBLES,
  RECORD_PAYLOAD_WORDS,
  RECORD_OFFSET,
  TIMESTAMP_DOUBLE,
  DURATION_DOUBLE,
  TID_WORD,
  CPU_KIND_WORD,
  PAYLOAD_WORD,
  COMMIT_WORD,
} from './record/record-descriptor.js';
export {
  RecordKind,
  KERNEL_KINDS,
  FIRST_PLUGIN_KIND,
  LAST_KIND,
  isKernelKind,
} from './record/record-kind.js';
export {
  kindAt,
  cpuAt,
  tidAt,
  timestampAt,
  durationAt,
  payloadAt,
  wordOfRecord,
  readU64,
  readI64,
  readBigU64,
  readF64,
  writeF64,
  writeHeader,
} from './record/fields.js';
export {
  FaultType,
  faultType,
  faultHugePages,
  faultNetNs,
  faultAddress,
  faultAddressExact,
  faultErrorCode,
  faultInstruction,
  faultInstructionExact,
} from './record/payload/fault.js';
export {
  AddressSampleFlag,
  addressSamplePid,
  addressSampleAddress,
  addressSampleSize,
  addressSampleFlags,
  writeAddressSample,
  type SampledAccess,
} from './record/payload/address-sample.js';
export { hardIrqNumber, hardIrqNetNs, hardIrqFlags } from './record/payload/hard-irq.js';
export { InterruptFlag } from './record/payload/interrupt-flag.js';
export { markName, markId, markValue } from './record/payload/mark.js';
export { migrateCpuFrom, migrateCpuTo, migrateMoverTid } from './record/payload/migrate.js';
export { nmiNetNs, nmiFlags, nmiHandler } from './record/payload/nmi.js';
export { ranTargetsWaiting, ranUserStack, ranKernelStack } from './record/payload/ran.js';
export {
  SpanSource,
  SpanFlag,
  UNKNOWN_CPU,
  spanSource,
  spanDepth,
  spanFlags,
  spanOrigin,
  spanName,
  spanId,
  spanValue,
} from './record/payload/span.js';
export {
  piBoostDonorTid,
  piBoostOldPriority,
  piBoostNewPriority,
  piBoostNormalPriority,
  piBoostDonorNormalPriority,
  piBoostSyscall,
  piBoostSyscallArgument,
  piBoostFutexOperation,
} from './record/payload/pi-boost.js';
export { PauseType, pauseReason, pauseType } from './record/payload/pause.js';
export { signalNumber, signalSenderTid, signalCode } from './record/payload/signal.js';
export {
  SoftirqFlag,
  softirqVector,
  softirqNetNs,
  softirqFlags,
  softirqDelayNs,
  softirqRaiserTid,
} from './record/payload/softirq.js';
export {
  SwitchFlag,
  switchNextTid,
  switchPreviousTid,
  switchWakerTid,
  switchWaitNs,
  switchQueueDepth,
  switchCpuFrom,
  switchUserStack,
  switchKernelStack,
  switchFlags,
  switchSyscall,
  switchSyscallArgument,
  switchSyscallArgumentExact,
  switchFutexOperation,
} from './record/payload/switch.js';
export {
  syscallNumber,
  syscallNetNs,
  syscallArgument,
  syscallArgumentExact,
  syscallResult,
} from './record/payload/syscall.js';
export {
  TASK_COMM_BYTES,
  TaskFlag,
  taskPid,
  taskPolicy,
  taskPriority,
  taskFlags,
  taskCgroup,
  taskComm,
} from './record/payload/task.js';
export {
  threadExitPid,
  threadExitCode,
  threadExitVoluntarySwitches,
  threadExitInvoluntarySwitches,
} from './record/payload/thread-exit.js';
export { threadStartParentTid, threadStartPid } from './record/payload/thread-start.js';
export { idleBeforeNs, idleState } from './record/payload/idle.js';
export {
  lateTimerIdleNs,
  lateTimerIdleState,
  lateTimerSlackNs,
  lateTimerStolenNs,
} from './record/payload/late-timer.js';
export { stealWindowNs } from './record/payload/steal.js';
export {
  MemoryWorkType,
  ReclaimReason,
  MigrationReason,
  memoryWorkType,
  memoryWorkReason,
  memoryWorkNetNs,
  memoryWorkPages,
  memoryWorkOrder,
} from './record/payload/memory-work.js';
export {
  LockFlag,
  lockFlags,
  lockNetNs,
  lockAddress,
  lockOwnerTid,
} from './record/payload/lock.js';
export {
  ThrottleType,
  throttleType,
  throttleCgroup,
  throttleQuotaNs,
  throttlePeriodNs,
} from './record/payload/throttle.js';
export {
  VectorType,
  VectorFlag,
  vectorType,
  vectorNetNs,
  vectorFlags,
  vectorSenderTid,
  vectorSenderCpu,
  vectorCoalesced,
  vectorCallSite,
  TLB_ALL_PAGES,
  vectorFlushPages,
  vectorFlushSyscall,
} from './record/payload/vector.js';
export {
  gapInvoluntarySwitches,
  gapMajorFaults,
  gapMinorFaults,
  gapVoluntarySwitches,
} from './record/payload/gap.js';
export { WorkFlag, workFunction, workFlags, workDelayNs } from './record/payload/work.js';
export { syscallName } from './record/syscall-name.js';
export {
  RING_HEADER_BYTES,
  RING_MAGIC,
  RING_VERSION,
  RING_OFFSET,
  HEAD_WORD,
  INTENT_WORD,
  TAIL_WORD,
  REFUSED_WORD,
  WORD_SHIFT,
  MAX_RING_CAPACITY,
  ringBytes,
} from './ring/ring-descriptor.js';
export type { RecordRing } from './ring/record-ring.js';
export type { RecordBatch } from './ring/record-batch.js';
export type { RecordWriter } from './ring/record-writer.js';
export type { ScanResult, RecordQuery } from './ring/record-query.js';
export { createRing, type CreateRingOptions } from './ring/create-ring.js';
export { DEFAULT_BATCH_RECORDS, createBatch } from './ring/create-batch.js';
export { BroadcastWriter } from './ring/broadcast-writer.js';
export { BroadcastCursor, type CursorOptions } from './ring/broadcast-cursor.js';
export { SpscWriter } from './ring/spsc-writer.js';
export { SpscReader } from './ring/spsc-reader.js';
export { RecordSelection } from './ring/record-selection.js';
export { recordFilter, type RecordFilter, type RecordFilterQuery } from './ring/record-filter.js';
export { selectRecords, type RecordPredicate } from './ring/select-records.js';
export { History } from './ring/history.js';
export { copyWindow, type RecordWindow, type WindowBounds } from './ring/copy-window.js';
export {
  BLOCK_HEADER_BYTES,
  BlockFlag,
  BlockType,
  CONTAINER_MAJOR,
  CONTAINER_MINOR,
  PREAMBLE_BYTES,
} from './recording/container-layout.js';
export { ContainerWriter, type BlockContent } from './recording/container-writer.js';
export { readContainer, type Block, type Container } from './recording/container-reader.js';
export {
  RecordingDirectory,
  type DirectoryBounds,
  type HeldFile,
  type HoldFile,
} from './recording/recording-directory.js';
export { LogLinearHistogram, type HistogramJson } from './histogram/log-linear-histogram.js';
export { log2Percentile, type PercentileBounds } from './histogram/log2-percentile.js';
export { streamDistribution, type StreamDistribution } from './histogram/stream-distribution.js';
export {
  checkPercentile,
  percentilesOf,
  exactPercentile,
  type Percentile,
} from './histogram/percentiles.js';
export {
  MonitorError,
  ConfigurationError,
  PermissionError,
  ProcessNotFoundError,
  HardwareNotSupportedError,
  isMonitorError,
  type ErrorFact,
  type ErrorFacts,
  type MonitorErrorInit,
} from './errors/monitor-error.js';
export {
  ERROR_TABLE,
  type ErrorClassName,
  type ErrorRow,
  type ErrorCode,
} from './errors/error-table.js';
export { createError, toMonitorError, messageOf, reasonOf } from './errors/create-error.js';
export { parseDuration, formatDuration } from './util/duration.js';
export type { SessionClock } from './clock/session-clock.js';
export { MonotonicClock } from './clock/monotonic-clock.js';
export { SampleStatus, type Collector } from './collector/collector.js';
export {
  HOST_API_VERSION,
  type MetricUnit,
  type MetricType,
  type MetricMeta,
  type Need,
  type CollectorMeta,
} from './collector/collector-meta.js';
export type { CollectorContext } from './collector/collector-context.js';
export type { Tier, Support, MetricSupport, ProbeEnvironment } from './collector/support.js';
export { refusal, refusalOf, type Refusal } from './collector/refusal.js';
export { tracepointSupport, type OptionalTracepoints } from './collector/tracepoint-support.js';
export { tracepointNeeds } from './collector/tracepoint-needs.js';
export type { Target } from './collector/target.js';
export { validateCollector } from './collector/validate-collector.js';
export { CollectorRegistry, type RegisteredCollector } from './collector/collector-registry.js';
export type { CollectorState, CollectorStats } from './collector/collector-stats.js';
export {
  CollectorHost,
  type SharedContext,
  type FailureListener,
} from './collector/collector-host.js';
export { startCollectors, type StartedCollectors } from './collector/start-collectors.js';
export type { EventSourceOptions, EventSource } from './session/event-source.js';
export type { InterruptTotals, SourceTotals } from './session/interrupt-totals.js';
export {
  TICK_DEPENDENCIES,
  type DelayTotals,
  type DeviceWorkTotals,
  type SoftirqDeferral,
  type TickDependency,
  type TickTotals,
  type TlbSendTotals,
  type WorkTotals,
} from './session/disturbance-totals.js';
export type { KindCounts, LossCounts } from './session/loss-counts.js';
export type { ThreadState, ThreadTotals } from './session/thread-totals.js';
export type { TaskInfo, TaskDirectory } from './session/task-directory.js';
export { DEFAULT_TASK_CAP, TaskTable } from './session/task-table.js';
export { taskRef, type TaskRef } from './session/task-ref.js';
export type { CgroupDirectory, CgroupRef, ContainerRef } from './session/cgroup-directory.js';
export { PidIndex } from './session/pid-index.js';
export { policyName } from './session/policy-name.js';
export type { RuntimeState } from './session/runtime-state.js';
export type {
  MarkCounts,
  NameCounts,
  RefusedMarks,
  SpanOrigin,
  SpanOrigins,
  SpanProbeState,
} from './session/span-origins.js';
export type {
  FunctionProbe,
  SpanProbe,
  SpanProbeCounts,
  StaticProbe,
} from './session/span-probe.js';
export { NO_STACK, type StackFrame, type StackResolver } from './session/stack-resolver.js';
export { silentLogger, type Logger } from './session/logger.js';
export { hasEnded, inspectProcess, readProcess, type ProcessInfo } from './process/read-process.js';
export { PF_KTHREAD, parseStat, type TaskStat } from './process/parse-stat.js';
export { parseIdentity, statusField, type StatusIdentity } from './process/parse-status.js';
export {
  DEFAULT_INTERVAL_MS,
  DEFAULT_SLICE_US,
  createDelivery,
  type Deliverable,
  type Delivery,
  type DeliveryOptions,
} from './session/delivery.js';
export type { EvidenceFact, Recommendation } from './recommendation/recommendation.js';
export { Marks } from './session/marks.js';
export { TypedEmitter, type Listener } from './session/typed-emitter.js';
export type {
  LostEvent,
  ProcessExitEvent,
  SessionErrorEvent,
  UnsupportedEvent,
  SessionEvents,
} from './session/session-events.js';
export type { SessionOptions, SessionState } from './session/session-options.js';
export { Session } from './session/session.js';
export { TOKENS } from './di/tokens.js';
export { createMonitorContainer, resolveSession } from './di/composition-root.js';
