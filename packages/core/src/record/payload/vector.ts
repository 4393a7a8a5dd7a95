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

/** Value of {@link vectorFlushPages} for a flush of the whole address space. */
export const TLB_ALL_PAGES = 0xf_ffff;

/**
 * Pages that its sender had flushed, or TLB_ALL_PAGES; 0 when that was not seen. Means something
 * with VectorFlag.TlbFlush.
 */
export function vectorFlushPages(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 8]! & TLB_ALL_PAGES;
}

/** Number of the system call that its sender flushed in, -1 for none; as vectorFlushPages. */
export function vectorFlushSyscall(u32: Uint32Array, base: number): number {
  return (u32[base + PAYLOAD_WORD + 8]! >>> 20) - 1;
}

/** Kernel address that asked for the IPI; allocates. */
export function vectorCallSite(u32: Uint32Array, base: number): bigint {
  return readBigU64(u32, base + PAYLOAD_WORD + 6);
}
