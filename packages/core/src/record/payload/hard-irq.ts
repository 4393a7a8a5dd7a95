import { PAYLOAD_WORD } from '../record-descriptor.js';
import { readU64 } from '../fields.js';

/** Interrupt number, as in /proc/interrupts. */
export function hardIrqNumber(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Duration without what interrupted it, ns. */
export function hardIrqNetNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 1);
}

/** Bits of InterruptFlag. */
export function hardIrqFlags(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 3]!;
}
