import type {
  PreemptionDetails,
  RunQueueWaitDetails,
  MigrationDetails,
  ThrottledDetails,
  StoppedDetails,
} from './details/context-switch.js';
import type { LateWakeupDetails, LockWaitDetails, IoWaitDetails } from './details/blocking.js';
import type {
  HardIrqDetails,
  SoftirqDetails,
  TimerTickDetails,
  IpiDetails,
  NmiDetails,
} from './details/interrupt.js';
import type {
  PageFaultDetails,
  ReclaimDetails,
  CompactionDetails,
  NumaMigrationDetails,
  ThpDetails,
} from './details/memory.js';
import type { StealDetails, CStateDetails } from './details/hardware.js';
import type { SyscallDetails, GcPauseDetails, UnexplainedDetails } from './details/application.js';

/** Evidence by cause. */
export interface DetailsByCause {
  preemption: PreemptionDetails;
  run_queue_wait: RunQueueWaitDetails;
  migration: MigrationDetails;
  throttled: ThrottledDetails;
  stopped: StoppedDetails;
  lock_wait: LockWaitDetails;
  io_wait: IoWaitDetails;
  late_wakeup: LateWakeupDetails;
  hard_irq: HardIrqDetails;
  softirq: SoftirqDetails;
  timer_tick: TimerTickDetails;
  ipi: IpiDetails;
  nmi: NmiDetails;
  page_fault: PageFaultDetails;
  reclaim: ReclaimDetails;
  compaction: CompactionDetails;
  numa_migration: NumaMigrationDetails;
  thp: ThpDetails;
  steal: StealDetails;
  c_state: CStateDetails;
  syscall: SyscallDetails;
  gc_pause: GcPauseDetails;
  unexplained: UnexplainedDetails;
}

/** Causes that this version can find. */
export type ObservedCause = keyof DetailsByCause;
