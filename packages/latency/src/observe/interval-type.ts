/** What an interval of a thread is; kept in the commit word of its copy. */
export const IntervalType = {
  /** Off the CPU against its will, or by sched_yield; runnable all the time. */
  Preempted: 1,
  /** Woken, but not yet running. */
  Wait: 2,
  /** Asleep of its own will: no stall, and the end of what came before. */
  Sleep: 3,
  /** Blocked on a futex as a lock. */
  Lock: 4,
  /** Blocked without a way to be interrupted: I/O, a lock of the kernel, or being moved. */
  Uninterruptible: 5,
  /** Stopped by a signal or a tracer. */
  Stopped: 6,
  /** Interrupted: HardIrq, Softirq, Vector or Nmi. */
  Interrupt: 7,
  Fault: 8,
  Syscall: 9,
  /** Moved to another CPU (instant): no stall, but it tells where a wait took place. */
  Move: 10,
  /** Kept from running by a limit on CPU time; part of a Preempted one. */
  Throttled: 11,
  /** Waiting for a lock of the kernel, spinning or asleep. */
  KernelLock: 12,
  /** Freeing, compacting or moving memory. */
  MemoryWork: 13,
  /** Its CPU was taken by the hypervisor. */
  Steal: 14,
  /** Its runtime collected garbage. */
  Pause: 15,
  /** Due to be woken by a timer; the end of a Sleep, or of what else it was blocked on. */
  LateTimer: 16,
} as const;

/** Sleep and Move are kept for what they tell about others. */
export function isStall(type: number): boolean {
  return type !== IntervalType.Sleep && type !== IntervalType.Move;
}
