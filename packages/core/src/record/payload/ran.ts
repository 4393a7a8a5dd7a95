import { PAYLOAD_WORD } from '../record-descriptor.js';

/** Target threads that waited for this CPU meanwhile. */
export function ranTargetsWaiting(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}
