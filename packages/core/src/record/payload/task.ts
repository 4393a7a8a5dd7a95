import { readU64 } from '../fields.js';
import { PAYLOAD_WORD } from '../record-descriptor.js';

/** Bytes of a task's name, NUL-padded. */
export const TASK_COMM_BYTES = 16;

/** Bits of {@link taskFlags}. */
export const TaskFlag = { KernelThread: 1 << 0 } as const;

/** Process the task belongs to. */
export function taskPid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Scheduling policy number; see policyName. */
export function taskPolicy(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 1]! & 0xffff;
}

/** Kernel priority: 0 to 98 real-time, 100 to 139 fair. */
export function taskPriority(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 1]! >>> 16;
}

/** Bits of {@link TaskFlag}. */
export function taskFlags(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 6]!;
}

/** Id of the task's cgroup, exact up to 2^53. */
export function taskCgroup(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 7);
}

const decoder = new TextDecoder();

/** Name of the task; allocates. */
export function taskComm(u32: Uint32Array, base: number): string {
  const bytes = new Uint8Array(TASK_COMM_BYTES);
  let length = 0;
  for (; length < TASK_COMM_BYTES; length++) {
    const byte = (u32[base + PAYLOAD_WORD + 2 + (length >>> 2)]! >>> ((length & 3) * 8)) & 0xff;
    if (byte === 0) break;
    bytes[length] = byte;
  }
  return decoder.decode(bytes.subarray(0, length));
}
