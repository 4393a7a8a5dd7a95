export { Workload, type CommonOptions, type CommonReport } from './workload/workload.js';
export { WorkloadError } from './workload/workload-error.js';
export { workloadBinary } from './workload/binary.js';
export type { Interval, Usage, ThreadUsage } from './workload/report-parts.js';
export type { Stop } from './workload/stop.js';
export {
  spawnChurn,
  type ChurnOptions,
  type ThreadLife,
  type ChurnReport,
} from './workloads/churn.js';
export { spawnFaults, type FaultsOptions, type FaultsReport } from './workloads/faults.js';
export {
  spawnForker,
  type ForkerOptions,
  type ForkedChild,
  type ForkerReport,
} from './workloads/forker.js';
export {
  spawnFutexwait,
  type FutexwaitOptions,
  type LockWait,
  type FutexwaitReport,
} from './workloads/futexwait.js';
export { spawnHog, type HogOptions, type HogBurst, type HogReport } from './workloads/hog.js';
export { holderTools, spawnHolder, type Holder } from './workloads/holder.js';
export { spawnIowait, type IowaitOptions, type IowaitReport } from './workloads/iowait.js';
export {
  spawnLongsyscall,
  type LongsyscallOptions,
  type LongsyscallReport,
} from './workloads/longsyscall.js';
export {
  spawnMajorFaults,
  type MajorFaultsOptions,
  type MajorFaultsReport,
} from './workloads/major-faults.js';
export {
  spawnMarks,
  type MarkingThread,
  type MarksOptions,
  type MarksReport,
} from './workloads/marks.js';
export {
  spawnCollections,
  type CollectionsOptions,
  type CollectionsReport,
  type ObservedCollection,
} from './workloads/collections.js';
export {
  spawnProbed,
  type CallingThread,
  type ProbedOptions,
  type ProbedReport,
} from './workloads/probed.js';
export {
  spawnMigrator,
  type MigratorOptions,
  type Move,
  type MigratorReport,
} from './workloads/migrator.js';
export { spawnMmaplock, type MmaplockOptions, type MmaplockReport } from './workloads/mmaplock.js';
export { spawnNetload, type NetloadOptions, type NetloadReport } from './workloads/netload.js';
export {
  spawnNicepair,
  type Competitor,
  type NicepairOptions,
  type NicepairReport,
} from './workloads/nicepair.js';
export {
  spawnPeriodic,
  type PeriodicOptions,
  type PeriodicReport,
  type WakeUp,
} from './workloads/periodic.js';
export {
  spawnPimutex,
  type PimutexOptions,
  type PimutexReport,
  type PimutexThread,
} from './workloads/pimutex.js';
export { spawnPingpong, type PingpongOptions, type PingpongReport } from './workloads/pingpong.js';
export { spawnPtracer, type PtracerOptions, type PtracerReport } from './workloads/ptracer.js';
export {
  spawnSharing,
  sharingPlace,
  type SharingLayout,
  type SharingOptions,
  type SharingPlace,
  type SharingThread,
  type SharingThreadReport,
  type SharingReport,
} from './workloads/sharing.js';
export {
  spawnSignals,
  type SignalsOptions,
  type SentSignal,
  type SignalsReport,
} from './workloads/signals.js';
export { spawnClockset, type ClocksetOptions, type ClocksetReport } from './workloads/clockset.js';
export {
  spawnSleeper,
  type SleeperOptions,
  type Sleep,
  type SleeperReport,
} from './workloads/sleeper.js';
export { spawnReclaim, type ReclaimOptions, type ReclaimReport } from './workloads/reclaim.js';
export { spawnCompact, type CompactOptions, type CompactReport } from './workloads/compact.js';
export { spawnSpinner, type SpinnerOptions, type SpinnerReport } from './workloads/spinner.js';
export { spawnStopper, type StopperOptions, type StopperReport } from './workloads/stopper.js';
export {
  spawnThrottled,
  type ThrottledOptions,
  type ThrottledReport,
} from './workloads/throttled.js';
export { spawnTlbshoot, type TlbshootOptions, type TlbshootReport } from './workloads/tlbshoot.js';
export {
  spawnTouch,
  touchPlace,
  type TouchOptions,
  type TouchPlace,
  type TouchReport,
} from './workloads/touch.js';
export {
  spawnWalk,
  walkPlace,
  type WalkOptions,
  type WalkPlace,
  type WalkReport,
} from './workloads/walk.js';
export { spawnZombie, type ZombieOptions, type ZombieReport } from './workloads/zombie.js';
export { parseTaskStatus, readTaskStatus, type TaskStatus } from './books/task-status.js';
export { parseSchedstat, readSchedstat, type Schedstat } from './books/schedstat.js';
export { parseTaskStat, readTaskStat, type TaskStat } from './books/task-stat.js';
export { readSwitches, switchesDelta, type SwitchCounts } from './books/switches.js';
export {
  parseCpuTable,
  cpuTableDelta,
  type CpuTable,
  type CpuCounts,
} from './books/per-cpu-table.js';
export { readProcInterrupts, readSoftirqs } from './books/interrupts.js';
export { listThreads, listStayingThreads, listProcesses, listFds } from './books/process.js';
export { isAsleep, awaitAsleep } from './books/asleep.js';
export { parseBpfFdinfo, listBpfFds, listAllBpfFds, type BpfFd } from './books/bpf-objects.js';
export { programText } from './books/program-text.js';
export { bpfOf, bpfLeftOf, type BpfIds } from './books/bpf-of.js';
export {
  listBpfPrograms,
  listBpfMaps,
  awaitBpfGone,
  type BpfObject,
} from './books/bpf-programs.js';
export { needs, allowedCpus, firstUnmet, type Requirement } from './requirements/requirements.js';
export { skipUnless, type SkippableContext } from './requirements/skip-unless.js';
export { parseCapabilities, ownCapabilities } from './requirements/capabilities.js';
export { parseCpuList } from './requirements/cpu-list.js';
export { Prng } from './random/prng.js';
export { writeSequenceRecord, sequenceNumberOf, isWholeRecord } from './records/sequence-record.js';
export { SequenceVerifier } from './records/sequence-verifier.js';
export {
  FakeEventSource,
  noInterrupts,
  noLosses,
  type FakeEventSourceOptions,
} from './fakes/fake-event-source.js';
export {
  fakeEnvironment,
  noBtf,
  bpfWorks,
  type FakeEnvironmentOptions,
} from './fakes/fake-environment.js';
export { writeFakeRecord, taskRecord, type FakeRecord } from './fakes/fake-record.js';
export { FakeClock } from './fakes/fake-clock.js';
export { FakeRoots } from './fakes/fake-roots.js';
export { writeFakeProcess, type FakeProcess, type FakeThread } from './fakes/fake-process.js';
export { writeFakeCpus, type FakeCpus } from './fakes/fake-cpus.js';
export { cpuTableText, type FakeCpuRow } from './fakes/fake-cpu-table.js';
export { HostedCollector, type HostedOptions } from './fakes/hosted-collector.js';
export { readAll } from './fakes/read-all.js';
export { conformanceChecks } from './conformance/checks.js';
export { describeCollectorConformance, type TestApi } from './conformance/describe.js';
export type {
  ConformanceCheck,
  ConformanceOptions,
  CollectorFactory,
} from './conformance/options.js';
export {
  describeHost,
  loadHost,
  HOST_NAMES,
  HOST_PROCESS,
  type HostName,
} from './hosts/load-host.js';
export { parseHostTree, type HostTree, type HostEntry } from './hosts/host-tree.js';
export { ChargeTrace, bpftraceTool, type Charges } from './peers/charge-trace.js';
export {
  PerfEncoder,
  perfTool,
  type PerfAnswer,
  type PerfEncoderOptions,
} from './peers/perf-encoder.js';
