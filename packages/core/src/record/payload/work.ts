import { readBigU64, readU64 } from '../fields.js';
import { PAYLOAD_WORD } from '../record-descriptor.js';

/** Bits of {@link workFlags}. */
export const WorkFlag = {
  /** It was seen being queued, so the delay is measured. */
  QueueSeen: 1 << 2,
} as const;

/** Kernel address of the function that did the work; allocates. */
export function workFunction(u32: Uint32Array, base: number): bigint {
  return readBigU64(u32, base + PAYLOAD_WORD);
}

/** Bits of WorkFlag. */
export function workFlags(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 2]!;
}

/** Time from when it was queued to its begin, ns; means something with WorkFlag.QueueSeen. */
export function workDelayNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 3);
}
