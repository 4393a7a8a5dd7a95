import {
  SwitchFlag,
  durationAt,
  switchFlags,
  switchFutexOperation,
  switchSyscall,
  switchWaitNs,
  timestampAt,
} from '@hftmon/core';
import { IntervalType } from './interval-type.js';
import { FUTEX_OPERATION, SYSCALL } from './syscalls.js';

/**
 * What the first part of a time off the CPU was: Preempted for all of it, or what it was blocked
 * on until its wake-up.
 */
export function blockedType(u32: Uint32Array, base: number): number {
  const flags = switchFlags(u32, base);
  // What it did before the first event seen of it is not known: nothing is blamed.
  if ((flags & SwitchFlag.First) !== 0) return IntervalType.Sleep;
  if ((flags & SwitchFlag.Voluntary) === 0) return IntervalType.Preempted;
  if ((flags & (SwitchFlag.Stopped | SwitchFlag.Traced)) !== 0) return IntervalType.Stopped;
  const syscall = switchSyscall(u32, base);
  // A ring's owner that waits for completions: an event loop, though counted as waiting for I/O.
  if (syscall === SYSCALL.ioUringEnter && (flags & SwitchFlag.Uninterruptible) === 0) {
    return IntervalType.Sleep;
  }
  if ((flags & (SwitchFlag.IoWait | SwitchFlag.Uninterruptible)) !== 0) {
    // vfork sleeps in state D until the child has called exec: its own doing.
    const ownDoing =
      syscall === SYSCALL.vfork || syscall === SYSCALL.clone || syscall === SYSCALL.clone3;
    return ownDoing ? IntervalType.Sleep : IntervalType.Uninterruptible;
  }
  if (syscall === SYSCALL.futex && isLockOperation(switchFutexOperation(u32, base))) {
    return IntervalType.Lock;
  }
  return IntervalType.Sleep;
}

/** Operations of locks. Condition variables and semaphores wait with FUTEX_WAIT_BITSET. */
function isLockOperation(operation: number): boolean {
  return (
    operation === FUTEX_OPERATION.wait ||
    operation === FUTEX_OPERATION.lockPi ||
    operation === FUTEX_OPERATION.lockPi2
  );
}

/** Ends of the two parts that {@link splitSwitch} made. */
export const SPLIT = { blockedEnd: 0, end: 1 } as const;

/**
 * Cuts a Switch record at the wake-up: writes the end of the blocked part and the end of all to
 * `out`. The wait of a preempted thread is all of it, so its blocked part is not cut off.
 * @returns type of the first part
 */
export function splitSwitch(
  u32: Uint32Array,
  f64: Float64Array,
  base: number,
  out: Float64Array,
): number {
  const start = timestampAt(f64, base);
  const end = start + durationAt(f64, base);
  const type = blockedType(u32, base);
  out[SPLIT.end] = end;
  const woken = end - switchWaitNs(u32, base);
  // A sleep whose end was not traced: no wait is claimed that may have been none.
  const unseen = (switchFlags(u32, base) & SwitchFlag.WakeSeen) === 0;
  const whole = type === IntervalType.Preempted || unseen;
  out[SPLIT.blockedEnd] = whole ? end : Math.min(end, Math.max(start, woken));
  return type;
}
