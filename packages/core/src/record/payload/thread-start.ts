import { PAYLOAD_WORD } from '../record-descriptor.js';

/** Thread that created it. */
export function threadStartParentTid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Process it belongs to. */
export function threadStartPid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 1]!;
}
