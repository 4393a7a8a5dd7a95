import { PAYLOAD_WORD } from '../record-descriptor.js';
import { readBigU64, readI64, readU64 } from '../fields.js';

/** Number of the system call. */
export function syscallNumber(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Time on the CPU without what interrupted it, ns. */
export function syscallNetNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 1);
}

/** First argument; exact up to 2^53. */
export function syscallArgument(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 3);
}

/** First argument, all 64 bits; allocates. */
export function syscallArgumentExact(u32: Uint32Array, base: number): bigint {
  return readBigU64(u32, base + PAYLOAD_WORD + 3);
}

/** Return value, signed; exact up to 2^53. */
export function syscallResult(u32: Uint32Array, base: number): number {
  return readI64(u32, base + PAYLOAD_WORD + 5);
}
