import { PAYLOAD_WORD } from '../record-descriptor.js';
import { readBigU64 } from '../fields.js';

/** Bits of {@link switchFlags}. */
export const SwitchFlag = {
  /** The thread gave the CPU up by itself. */
  Voluntary: 1 << 0,
  /** Its wake-up was seen, so the wait is measured from there. */
  WakeSeen: 1 << 1,
  /** It came back on another CPU. */
  Migrated: 1 << 2,
  /** It waited for I/O. */
  IoWait: 1 << 3,
  /** It was stopped by a signal. */
  Stopped: 1 << 4,
  /** It was stopped by a tracer. */
  Traced: 1 << 5,
  /** It slept uninterruptibly (state D). */
  Uninterruptible: 1 << 6,
  /** First switch seen of this thread: its state before is not known. */
  First: 1 << 7,
  /** An interrupt woke it, not the task in `switchWakerTid` that happened to run. */
  WokenByInterrupt: 1 << 8,
  /** It was preempted while in the kernel. */
  PreemptedInKernel: 1 << 9,
  /** It left the CPU by sched_yield. */
  Yielded: 1 << 10,
  /** First run of a new thread. */
  NewThread: 1 << 11,
  /**
   * The kernel did not trace its return, as sandboxes do with tasks that they hide: who ran before
   * is not known, and when it came is taken from the kernel's account of its run time.
   */
  ReturnUnseen: 1 << 12,
  /** How many others were runnable when it began to wait is known. */
  DepthSeen: 1 << 13,
  /** It left the CPU because a limit on CPU time was used up; a Throttle record came before. */
  Throttled: 1 << 14,
} as const;

/** Task that took the CPU when the thread left it. */
export function switchNextTid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Task that ran right before the thread got a CPU back. */
export function switchPreviousTid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 1]!;
}

/** Task that woke the thread, 0 for none. */
export function switchWakerTid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 2]!;
}

/** Time runnable but not running, ns (40 bits: 18 minutes and more are 18 minutes). */
export function switchWaitNs(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 3]! + (u32[base + PAYLOAD_WORD + 4]! & 0xff) * 4294967296;
}

/**
 * Others that were runnable on the CPU where the thread began to wait, the one that ran there
 * included: at its wake-up, or where it had to leave, at its switch-out. 255 and more are 255.
 * Means something with SwitchFlag.DepthSeen.
 */
export function switchQueueDepth(u32: Uint32Array, base: number): number {
  return (u32[base + PAYLOAD_WORD + 4]! >>> 8) & 0xff;
}

/** CPU that the thread left; the record's own CPU is the one it came back on. */
export function switchCpuFrom(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 4]! >>> 16;
}

/** Id of the user stack, NO_STACK for none. */
export function switchUserStack(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 5]! & 0xffff;
}

/** Id of the kernel stack, NO_STACK for none. */
export function switchKernelStack(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 5]! >>> 16;
}

/** Bits of SwitchFlag. */
export function switchFlags(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 6]! & 0xffff;
}

/** Number of the system call the thread was in, -1 for none. */
export function switchSyscall(u32: Uint32Array, base: number): number {
  return (u32[base + PAYLOAD_WORD + 6]! >>> 16) - 1;
}

/**
 * First argument of that system call without its top byte, where a futex keeps its operation;
 * exact up to 2^53. A futex's address, a descriptor, …
 */
export function switchSyscallArgument(u32: Uint32Array, base: number): number {
  const high = u32[base + PAYLOAD_WORD + 8]! & 0xff_ffff;
  return u32[base + PAYLOAD_WORD + 7]! + high * 0x1_0000_0000;
}

/** First argument of that system call, all 64 bits; allocates. */
export function switchSyscallArgumentExact(u32: Uint32Array, base: number): bigint {
  return readBigU64(u32, base + PAYLOAD_WORD + 7);
}

/** Operation of the futex call that the thread was in (FUTEX_WAIT 0, FUTEX_LOCK_PI 6, …). */
export function switchFutexOperation(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 8]! >>> 24;
}
