import { payloadAt } from '../fields.js';

/*
 * What the kernel's books say of the thread of the noise probe about a gap, counted since the gap
 * before; `native/include/hftmon/noise.h` of perf-native describes the same words.
 */

/** Times that it was taken off its CPU against its will. */
export function gapInvoluntarySwitches(u32: Uint32Array, base: number): number {
  return payloadAt(u32, base, 0);
}

/** Times that it left its CPU by itself. */
export function gapVoluntarySwitches(u32: Uint32Array, base: number): number {
  return payloadAt(u32, base, 1);
}

export function gapMinorFaults(u32: Uint32Array, base: number): number {
  return payloadAt(u32, base, 2);
}

export function gapMajorFaults(u32: Uint32Array, base: number): number {
  return payloadAt(u32, base, 3);
}
