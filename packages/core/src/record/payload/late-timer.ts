import { readU64 } from '../fields.js';
import { PAYLOAD_WORD } from '../record-descriptor.js';

/** How much earlier the kernel was free to let the timer expire, ns. */
export function lateTimerSlackNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD);
}

/**
 * Number of the idle state that the CPU was in until the timer's interrupt; `undefined` if it was
 * in none, or idle states are not observed.
 */
export function lateTimerIdleState(u32: Uint32Array, base: number): number | undefined {
  const state = u32[base + PAYLOAD_WORD + 2]!;
  return state === 0 ? undefined : state - 1;
}

/**
 * What the hypervisor took from that CPU from when it went idle to the wake-up, ns; no more than
 * the record lasts.
 */
export function lateTimerStolenNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 3);
}

/** How long the CPU had been in that state at the wake-up, ns; 0 where it was over by then. */
export function lateTimerIdleNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 5);
}
