import { readBigU64, readU64 } from '../fields.js';
import { PAYLOAD_WORD } from '../record-descriptor.js';

/** Bits of {@link lockFlags}. */
export const LockFlag = {
  /** It was waited for by spinning, at first or all the time. */
  Spin: 1 << 0,
  /** A lock of readers and writers, wanted for reading. */
  Read: 1 << 1,
  /** Such a lock, wanted for writing. */
  Write: 1 << 2,
  /** A lock with priority inheritance. */
  Rt: 1 << 3,
  /** A lock of readers and writers with a counter per CPU. */
  PerCpu: 1 << 4,
  Mutex: 1 << 5,
  /** The lock of the process's own address space. */
  Mmap: 1 << 8,
} as const;

/** Bits of LockFlag. */
export function lockFlags(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Time on the CPU in it, without what interrupted it, ns: spinning. */
export function lockNetNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 1);
}

/** Kernel address of the lock; allocates. */
export function lockAddress(u32: Uint32Array, base: number): bigint {
  return readBigU64(u32, base + PAYLOAD_WORD + 3);
}

/** Task that held it when the wait began, by the lock itself; 0 when it doesn't say. */
export function lockOwnerTid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 5]!;
}
