import { readU64 } from '../fields.js';
import { PAYLOAD_WORD } from '../record-descriptor.js';

/*
 * The record's duration is the time until the limit let the thread run again, 0 where the kernel
 * doesn't tell. What is left of its time off the CPU it waited for a CPU as others do.
 */

/** Values of {@link throttleType}. */
export const ThrottleType = {
  /** The quota of a control group: CFS bandwidth. */
  Quota: 1,
  /** The share of the CPU that real-time threads may have. */
  Realtime: 2,
  /** The budget of a SCHED_DEADLINE thread. */
  Deadline: 3,
} as const;

/** One of ThrottleType. */
export function throttleType(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Id of the control group whose limit it was, in the hierarchy of the CPU controller; 0 for none. */
export function throttleCgroup(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 1);
}

/** CPU time per period, ns; 0 when it is not known. */
export function throttleQuotaNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 3);
}

/** The period, ns; 0 when it is not known. */
export function throttlePeriodNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 5);
}
