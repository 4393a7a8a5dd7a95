import { PAYLOAD_WORD } from '../record-descriptor.js';
import { readBigU64, readU64 } from '../fields.js';

/** Values of {@link vectorType}. */
export const VectorType = {
  LocalTimer: 1,
  Reschedule: 2,
  CallFunction: 3,
  CallFunctionSingle: 4,
  IrqWork: 5,
  Thermal: 6,
  Platform: 7,
  Error: 8,
  Spurious: 9,
} as const;

/** Bits of {@link vectorFlags}; the first two as in InterruptFlag. */
export const VectorFlag = {
  InterruptedTarget: 1 << 0,
  TargetWaiting: 1 << 1,
  /** A TLB flush ran in it. */
  TlbFlush: 1 << 2,
  /** Its sender was seen. */
  SenderSeen: 1 << 3,
} as const;

/** One of VectorType. */
export function vectorType(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Duration without what interrupted it, ns. */
export function vectorNetNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 1);
}

/** Bits of VectorFlag. */
export function vectorFlags(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 3]!;
}

/** Task that sent it, with VectorFlag.SenderSeen. */
export function vectorSenderTid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 4]!;
}

/** CPU that sent it, with VectorFlag.SenderSeen. */
export function vectorSenderCpu(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 5]! & 0xffff;
}

/** Sends that this one handler run answered. */
export function vectorCoalesced(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 5]! >>> 16;
}

/** Kernel address that asked for the IPI; allocates. */
export function vectorCallSite(u32: Uint32Array, base: number): bigint {
  return readBigU64(u32, base + PAYLOAD_WORD + 6);
}
