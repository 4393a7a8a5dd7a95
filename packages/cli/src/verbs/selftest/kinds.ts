import type { Cause } from '@hftmon/monitor';
import * as evidence from './evidence.js';
import type { Evidence } from './evidence.js';

/** A way to disturb the target; `id` is the command of the program that does it. */
export interface Kind {
  readonly id: string;
  readonly title: string;
  /** What a receipt has to name. */
  readonly cause: Cause;
  /** Its time in a part of a receipt. */
  readonly evidence: Evidence;
  /** What it brings along, which then counts with it when the largest part is looked for. */
  readonly along?: Evidence;
  /** The injection begins when a timer is due, and so must the spike, to 2 us. */
  readonly byTimer?: true;
}

export const KINDS: readonly Kind[] = [
  {
    id: 'preemption-realtime',
    title: 'a real-time task takes the CPU',
    cause: 'preemption',
    evidence: evidence.preemptedBy,
  },
  {
    id: 'preemption-equal',
    title: 'a task of equal priority takes the CPU',
    cause: 'preemption',
    evidence: evidence.preemptedBy,
  },
  {
    id: 'run-queue',
    title: 'woken behind a real-time task',
    cause: 'run_queue_wait',
    evidence: evidence.queuedBehind,
  },
  {
    id: 'late-timer',
    title: 'a timer expires behind a real-time task',
    cause: 'run_queue_wait',
    evidence: evidence.queuedBehind,
    byTimer: true,
  },
  {
    id: 'migration',
    title: 'moved to another CPU, behind a real-time task',
    cause: 'migration',
    evidence: evidence.moved,
    along: evidence.queuedBehind,
  },
  {
    id: 'throttling',
    title: 'the CPU quota of its cgroup is used up',
    cause: 'throttled',
    evidence: evidence.throttled,
  },
  {
    id: 'sigstop',
    title: 'stopped by SIGSTOP',
    cause: 'stopped',
    evidence: evidence.stoppedBySignal,
  },
  {
    id: 'ptrace',
    title: 'stopped by ptrace',
    cause: 'stopped',
    evidence: evidence.stoppedByTracer,
  },
  {
    id: 'lock',
    title: 'another thread holds a lock',
    cause: 'lock_wait',
    evidence: evidence.waitedForLock(false),
  },
  {
    id: 'priority-inversion',
    title: 'a weaker thread holds a lock and has no CPU',
    cause: 'lock_wait',
    evidence: evidence.waitedForLock(true),
  },
  {
    id: 'block-io',
    title: 'waits for the disk',
    cause: 'io_wait',
    evidence: evidence.waitedForDisk,
  },
  {
    id: 'minor-faults',
    title: '1024 minor faults',
    cause: 'page_fault',
    evidence: evidence.minorFaults,
  },
  {
    id: 'major-faults',
    title: '32 major faults',
    cause: 'page_fault',
    evidence: evidence.majorFault,
  },
  {
    id: 'huge-page',
    title: '16 huge pages are zeroed',
    cause: 'thp',
    evidence: evidence.hugePages,
  },
  {
    id: 'long-syscall',
    title: 'a long system call',
    cause: 'syscall',
    evidence: evidence.longCall,
  },
  {
    id: 'tlb-shootdown',
    title: 'a storm of TLB shootdowns',
    cause: 'ipi',
    evidence: evidence.shotDown,
  },
  {
    id: 'reschedule',
    title: 'a storm of reschedule interrupts',
    cause: 'ipi',
    evidence: evidence.rescheduled,
    along: evidence.contendedForSignals,
  },
  {
    id: 'block-irq',
    title: "the disk's interrupts of another thread",
    cause: 'hard_irq',
    evidence: evidence.deviceInterrupt,
    along: evidence.completedBlocks,
  },
  {
    id: 'network-softirq',
    title: 'packets of another thread',
    cause: 'softirq',
    evidence: evidence.packetsReceived,
  },
  {
    id: 'timer-load',
    title: 'many timers expire at once',
    cause: 'timer_tick',
    evidence: evidence.timerInterrupt,
  },
];
