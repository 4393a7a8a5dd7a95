import { PAYLOAD_WORD } from '../record-descriptor.js';

/*
 * The record's own tid is the task that is lent a priority. Priorities are the kernel's: below 0
 * deadline, 0 to 98 real-time, 100 to 139 fair; the lower the stronger.
 */

/** First of the tasks that wait for it, whose priority it is lent; 0 when nobody waits any more. */
export function piBoostDonorTid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Priority that the task ran with until now. */
export function piBoostOldPriority(u32: Uint32Array, base: number): number {
  return (u32[base + PAYLOAD_WORD + 1]! << 16) >> 16;
}

/** Priority that it runs with from now on. */
export function piBoostNewPriority(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 1]! >> 16;
}

/** Its own priority, without what is lent. */
export function piBoostNormalPriority(u32: Uint32Array, base: number): number {
  return (u32[base + PAYLOAD_WORD + 2]! << 16) >> 16;
}

/** The donor's own priority, without what it is lent itself. */
export function piBoostDonorNormalPriority(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 2]! >> 16;
}

/** Number of the system call that the donor waits in, -1 for none. */
export function piBoostSyscall(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 3]! - 1;
}

/** First argument of that call without its top byte: of a futex its address; see switch.ts. */
export function piBoostSyscallArgument(u32: Uint32Array, base: number): number {
  const high = u32[base + PAYLOAD_WORD + 5]! & 0xff_ffff;
  return u32[base + PAYLOAD_WORD + 4]! + high * 0x1_0000_0000;
}

/** Operation of the futex call that the donor waits in (FUTEX_LOCK_PI 6, …). */
export function piBoostFutexOperation(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 5]! >>> 24;
}
