import { readU64 } from '../fields.js';
import { PAYLOAD_WORD } from '../record-descriptor.js';

/** Values of {@link memoryWorkType}. */
export const MemoryWorkType = { Reclaim: 1, Compaction: 2, Migration: 3 } as const;

/** Values of {@link memoryWorkReason} of a reclaim: who is short of memory. */
export const ReclaimReason = { Host: 1, Cgroup: 2, Node: 3 } as const;

/** Values of {@link memoryWorkReason} of a migration, as the kernel numbers them. */
export const MigrationReason = { Syscall: 3, Mbind: 4, NumaBalancing: 5, Demotion: 8 } as const;

/** One of MemoryWorkType. */
export function memoryWorkType(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]! & 0xff;
}

/** One of ReclaimReason or MigrationReason; 0 of a compaction. */
export function memoryWorkReason(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]! >>> 8;
}

/** Time on the CPU in it, without what interrupted it and inner work, ns. */
export function memoryWorkNetNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 1);
}

/** Pages that were freed, or moved. */
export function memoryWorkPages(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 3);
}

/** log2 of the pages in a row that were wanted; -1 for none in particular. */
export function memoryWorkOrder(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 5]! | 0;
}
