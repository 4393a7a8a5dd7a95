export { KernelEventSource } from './source/kernel-event-source.js';
export { EARLIER_THREADS_TID } from './source/ended-threads.js';
export type { PumpStats } from './source/pump-stats.js';
export {
  readInterrupts,
  type ArchLine,
  type InterruptTable,
  type IrqLine,
} from './proc/interrupts.js';
export { SOFTIRQ_NAMES } from './proc/softirqs.js';
export {
  parseCpuList,
  readCpuLists,
  readNumaTopology,
  type CpuLists,
  type NumaTopology,
} from './proc/cpus.js';
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
export { readCpuModel, describeCpuModel, type CpuModel } from './pmu/cpu-model.js';
export { readCorePmus, type CorePmu } from './pmu/core-pmu.js';
export {
  resolvePmu,
  type PmuResolution,
  type ResolvedEvent,
  type ResolvedMetric,
} from './pmu/resolve.js';
export type { EventEncoding, PmuKernel } from './pmu/kernel.js';
