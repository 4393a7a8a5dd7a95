import { PAYLOAD_WORD } from '../record-descriptor.js';
import { readBigU64, readU64 } from '../fields.js';

/** Values of {@link faultType}. */
export const FaultType = { Unknown: 0, Minor: 1, Major: 2 } as const;

/** One of FaultType. */
export function faultType(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]! & 0xff;
}

/** Huge pages that it brought, which had to be cleared or read. */
export function faultHugePages(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]! >>> 8;
}

/** Time on the CPU without what interrupted it, ns. */
export function faultNetNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 1);
}

/** Address that faulted; exact up to 2^53. */
export function faultAddress(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 3);
}

/** Address that faulted, all 64 bits; allocates. */
export function faultAddressExact(u32: Uint32Array, base: number): bigint {
  return readBigU64(u32, base + PAYLOAD_WORD + 3);
}

/** Error code of the processor. */
export function faultErrorCode(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 5]!;
}

/** Address of the instruction; exact up to 2^53. */
export function faultInstruction(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 6);
}

/** Address of the instruction, all 64 bits; allocates. */
export function faultInstructionExact(u32: Uint32Array, base: number): bigint {
  return readBigU64(u32, base + PAYLOAD_WORD + 6);
}
