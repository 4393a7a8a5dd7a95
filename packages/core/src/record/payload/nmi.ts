import { PAYLOAD_WORD } from '../record-descriptor.js';
import { readBigU64, readU64 } from '../fields.js';

/** Duration without what interrupted it, ns. */
export function nmiNetNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 1);
}

/** Bits of InterruptFlag. */
export function nmiFlags(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 3]!;
}

/** Kernel address of the handler; allocates. */
export function nmiHandler(u32: Uint32Array, base: number): bigint {
  return readBigU64(u32, base + PAYLOAD_WORD + 4);
}
