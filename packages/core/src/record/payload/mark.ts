import { PAYLOAD_WORD } from '../record-descriptor.js';
import { readF64, readU64 } from '../fields.js';

/** Id of the name, as the session interned it. */
export function markName(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Id given by the application; exact up to 2^53. */
export function markId(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 1);
}

/** Value given by the application. */
export function markValue(u32: Uint32Array, base: number): number {
  return readF64(u32, base + PAYLOAD_WORD + 3);
}
