import { cpuAt, idleState } from '@hftmon/core';
import type { Place } from './places.js';
import type { Scene } from './scene.js';
import { NOBODY, Rank, type Slice } from './slice.js';
import type { IdleExit } from './runs-on-cpu.js';

/**
 * The part of a wait in which its CPU was on its way out of an idle state: it was asked to wake,
 * and showed no sign of life yet. States that take no time to leave explain nothing: there, that
 * time is the waker's.
 */
export function idleSlices(
  exits: readonly IdleExit[],
  { startNs, endNs }: Place,
  { lookups }: Scene,
): Slice[] {
  return exits.flatMap(({ startNs: askedNs, endNs: leftNs, log, base }) => {
    const state = lookups.idleStates.of(cpuAt(log.u32, base), idleState(log.u32, base));
    if (state?.exitLatencyUs === 0) return [];
    const from = Math.max(startNs, askedNs);
    const to = Math.min(endNs, leftNs);
    if (to <= from) return [];
    return [
      {
        startNs: from,
        endNs: to,
        rank: Rank.Idle,
        cause: 'c_state',
        tid: NOBODY,
        log,
        base,
        netNs: 0,
      },
    ];
  });
}
