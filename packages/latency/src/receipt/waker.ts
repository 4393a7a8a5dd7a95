import { SwitchFlag, switchFlags, switchWakerTid } from '@hftmon/core';
import { NOBODY } from './slice.js';

/**
 * Task that ran where a sleep was ended; NOBODY when the thread did not sleep, or its wake-up was
 * not traced.
 */
export function wakerOf(u32: Uint32Array, base: number): number {
  const seen = (switchFlags(u32, base) & SwitchFlag.WakeSeen) !== 0;
  return seen ? switchWakerTid(u32, base) : NOBODY;
}

/** Task that ended a sleep; NOBODY too when an interrupt did, whoever it happened to hit. */
export function enderOf(u32: Uint32Array, base: number): number {
  const byInterrupt = (switchFlags(u32, base) & SwitchFlag.WokenByInterrupt) !== 0;
  return byInterrupt ? NOBODY : wakerOf(u32, base);
}
