import { cpuAt, idleBeforeNs, idleState } from '@hftmon/core';
import type { Scene } from '../receipt/scene.js';
import type { Slice } from '../receipt/slice.js';
import type { CStateDetails } from '../types/details/hardware.js';
import { sharesBy } from './shares.js';

/** Room for the number of a state beside that of its CPU; the kernel allows 10. */
const STATES = 64;

export function cStateDetails(slices: readonly Slice[], { lookups }: Scene): CStateDetails {
  const shares = sharesBy(
    slices,
    ({ log, base }) => cpuAt(log.u32, base) * STATES + idleState(log.u32, base),
  );
  return {
    states: shares.map(({ key, ns, count, slices: exits }) => {
      const cpu = Math.floor(key / STATES);
      const state = key % STATES;
      const known = lookups.idleStates.of(cpu, state);
      return {
        cpu,
        state,
        ...(known === undefined ? {} : { name: known.name, exitLatencyUs: known.exitLatencyUs }),
        ns,
        count,
        idleNs: Math.max(...exits.map(({ log, base }) => idleBeforeNs(log.u32, base))),
      };
    }),
  };
}
