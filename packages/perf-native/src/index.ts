export { KernelEventSource } from './source/kernel-event-source.js';
export { markerWriterLibrary, type MarkerWriterLibrary } from './native/marker-writer-bindings.js';
export { requireBpf } from './source/require-bpf.js';
export { EARLIER_THREADS_TID } from './source/ended-threads.js';
export type { PumpStats } from './source/pump-stats.js';
export {
  readInterrupts,
  type ArchLine,
  type InterruptTable,
  type IrqLine,
} from './proc/interrupts.js';
export { readIdleDriver, readIdleStates, type IdleState } from './capabilities/idle-states.js';
export { perCpuDistances, type PerCpuDistances } from './capabilities/per-cpu-distances.js';
export { readIrqAffinity, type IrqAffinity } from './proc/irq-affinity.js';
export { readAllowedCpus } from './proc/allowed-cpus.js';
export { Cgroups, cpuCgroupMount } from './proc/cgroups.js';
export { SOFTIRQ_NAMES } from './proc/softirqs.js';
export {
  formatCpuList,
  parseCpuList,
  readCpuLists,
  readNumaTopology,
  type CpuLists,
  type NumaTopology,
} from './proc/cpus.js';
export { FileHold, type Unheld } from './files/file-hold.js';
export { ThreadWatch, type ThreadListener, type ThreadWatchOptions } from './proc/thread-watch.js';
export {
  createProbeEnvironment,
  type HostEnvironment,
  type ProbeRoots,
} from './capabilities/probe-environment.js';
export { MemoryMap, parseMaps, type Mapping } from './symbols/maps.js';
export { Symbolizer, type SymbolizerOptions } from './symbols/symbolizer.js';
export { DataSymbols, type DataPlace, type DataSymbol } from './symbols/data-symbols.js';
export { AttributeReader, decodeAttributes } from './sched/attribute-reader.js';
export type { DeadlineParameters, SchedulingAttributes } from './sched/scheduling-attributes.js';
export { PMU_METRICS, PMU_METRIC_NAMES, type PmuMetric } from './pmu/metric.js';
export type { PmuEvent, PmuTable } from './pmu/event.js';
export { PMU_TABLES, findPmuTable } from './pmu/find-table.js';
export {
  readCpuModel,
  describeCpuModel,
  type CpuModel,
  type CpuModelRoots,
} from './pmu/cpu-model.js';
export { readCorePmus, type CorePmu } from './pmu/core-pmu.js';
export {
  resolvePmu,
  type PmuResolution,
  type ResolvedEvent,
  type ResolvedMetric,
} from './pmu/resolve.js';
export type { EventEncoding, PmuKernel } from './pmu/kernel.js';
export { AddressSampler } from './sampling/address-sampler.js';
export type { SamplerOptions } from './sampling/sampler-options.js';
export type { SamplerStats } from './sampling/sampler-stats.js';
export type { SampleBatch } from './sampling/sample-batch.js';
export {
  cpuClockEvent,
  LEAST_CLOCK_PERIOD_NS,
  type SamplingEvent,
  type SamplingSource,
} from './sampling/sampling-event.js';
export {
  probeAddressSampling,
  type AddressSamplingSupport,
  type SamplingAttempt,
} from './sampling/sampling-support.js';
export { ibsEvents, pebsEvents, type MemoryEventOptions } from './sampling/memory-events.js';
export { speEvents, type SpeEventOptions } from './sampling/spe-events.js';
export { ARM64_REGISTER, X86_REGISTER } from './sampling/registers.js';
export {
  hops,
  isHitm,
  isHitmReliable,
  isLocked,
  isPeer,
  isRemoteNode,
  memoryLevel,
  memoryOperation,
  MemoryLevel,
  MemoryOperation,
  missedTlb,
} from './sampling/data-source.js';
export { Watchpoint, type OpenedWatchpoint } from './watch/watchpoint.js';
export {
  WatchpointSet,
  type PlacedHit,
  type RefusedWatch,
  type WatchRequest,
} from './watch/watchpoint-set.js';
export { probeWatchpoints } from './watch/watchpoint-support.js';
export {
  MOST_HITS,
  type WatchAccess,
  type WatchedPlace,
  type WatchpointHit,
} from './watch/watch-access.js';
export { PAGE_STATUS, queryPageNodes, readProcessMemory } from './memory/process-memory.js';
export { CounterSampler, type CounterSamplerOptions } from './counters/counter-sampler.js';
export type { CounterCursor } from './counters/counter-cursor.js';
export type { CounterGroup } from './counters/counter-group.js';
export type { CounterStats } from './counters/counter-stats.js';
export { CounterStatus } from './counters/layout.js';
export type { Uncounted } from './counters/uncounted-threads.js';
export { nativePmuKernel } from './counters/native-pmu-kernel.js';
export { planCounters, type CounterPlan, type PlannedGroup } from './counters/plan.js';
export {
  SystemCounter,
  type OpenedSystemCounter,
  type SystemEvent,
} from './system/system-counter.js';
export {
  encodeEvent,
  readPmuDevices,
  type EventWords,
  type NamedEvent,
  type PmuDevice,
} from './system/event-encoding.js';
export { listTasks } from './proc/tasks.js';
export { LEAST_INTERVAL_NS, NoiseProbe, type NoiseProbeOptions } from './noise/noise-probe.js';
export type { NoiseStats } from './noise/noise-stats.js';
export type { PollerClock } from './poller/clock-source.js';
export type { PollerOptions } from './poller/options.js';
export type { PollerRoots } from './poller/refuse-cpu.js';
export type { SampledState, SampledStateTotals, SampledThread } from './states/sampled-thread.js';
export {
  ThreadStateSampler,
  type ThreadStateSamplerOptions,
} from './states/thread-state-sampler.js';
export type { PollerEnd, PollerStats } from './poller/stats.js';
