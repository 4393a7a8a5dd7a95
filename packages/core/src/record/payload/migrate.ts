import { PAYLOAD_WORD } from '../record-descriptor.js';

/** CPU the thread was on. */
export function migrateCpuFrom(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** CPU it was moved to. */
export function migrateCpuTo(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 1]!;
}

/** Task that moved it. */
export function migrateMoverTid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 2]!;
}
