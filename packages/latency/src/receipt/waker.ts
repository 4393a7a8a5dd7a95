import { SwitchFlag, switchFlags, switchWakerTid } from '@hftmon/core';
import { NOBODY } from './slice.js';

/** Task that ended a sleep; NOBODY when the thread did not sleep, or its wake-up was not traced. */
export function wakerOf(u32: Uint32Array, base: number): number {
  const seen = (switchFlags(u32, base) & SwitchFlag.WakeSeen) !== 0;
  return seen ? switchWakerTid(u32, base) : NOBODY;
}
