import { PAYLOAD_WORD } from '../record-descriptor.js';
import { readU64 } from '../fields.js';

/** Process it belonged to. */
export function threadExitPid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Exit code as the kernel keeps it: status << 8 | signal. */
export function threadExitCode(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 1]!;
}

/** Voluntary switches of its whole life. */
export function threadExitVoluntarySwitches(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 2);
}

/** Involuntary switches of its whole life. */
export function threadExitInvoluntarySwitches(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 4);
}
