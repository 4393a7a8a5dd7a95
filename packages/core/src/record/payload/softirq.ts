import { PAYLOAD_WORD } from '../record-descriptor.js';
import { readU64 } from '../fields.js';

/** Bits of {@link softirqFlags}; the first two as in InterruptFlag. */
export const SoftirqFlag = {
  InterruptedTarget: 1 << 0,
  TargetWaiting: 1 << 1,
  /** It ran in ksoftirqd. */
  InKsoftirqd: 1 << 2,
  /** Its raise was seen, so the delay is measured. */
  RaiseSeen: 1 << 3,
} as const;

/** Vector: 0 HI, 1 TIMER, 2 NET_TX, 3 NET_RX, 4 BLOCK, 5 IRQ_POLL, 6 TASKLET, 7 SCHED, 8 HRTIMER, 9 RCU. */
export function softirqVector(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Duration without what interrupted it, ns. */
export function softirqNetNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 1);
}

/** Bits of SoftirqFlag. */
export function softirqFlags(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 3]!;
}

/** Time from raise to run, ns; means something with SoftirqFlag.RaiseSeen. */
export function softirqDelayNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 4);
}

/** Task that ran where it was raised. */
export function softirqRaiserTid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 6]!;
}
