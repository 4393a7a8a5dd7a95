import { readU64 } from '../fields.js';
import { PAYLOAD_WORD } from '../record-descriptor.js';

/** Number of the state, as in /sys/devices/system/cpu/cpuN/cpuidle/stateK. */
export function idleState(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** How long the CPU had been in it when it was asked to leave it, ns. */
export function idleBeforeNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 1);
}
