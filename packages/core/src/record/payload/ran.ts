import { PAYLOAD_WORD } from '../record-descriptor.js';

/** Target threads that waited for this CPU meanwhile. */
export function ranTargetsWaiting(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Id of its user stack when it left the CPU, NO_STACK for none. */
export function ranUserStack(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 1]! & 0xffff;
}

/** Id of its kernel stack when it left the CPU, NO_STACK for none. */
export function ranKernelStack(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 1]! >>> 16;
}
