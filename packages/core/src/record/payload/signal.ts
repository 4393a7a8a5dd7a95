import { PAYLOAD_WORD } from '../record-descriptor.js';

/** Signal number. */
export function signalNumber(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Task that sent it. */
export function signalSenderTid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 1]!;
}

/** si_code, signed. */
export function signalCode(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 2]! | 0;
}
