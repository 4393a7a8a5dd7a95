import { cpuAt, lateTimerIdleState, lateTimerStolenNs } from '@hftmon/core';
import { activityAt } from './runs-on-cpu.js';
import type { Scene } from './scene.js';
import { NOBODY, Rank, type Slice } from './slice.js';

/**
 * The time from when a timer was due to the wake-up by it: what the hypervisor took from its idle CPU
 * goes first, then what the interrupts there took, the timer's own among them.
 */
export function lateTimerSlices(
  scene: Scene,
  base: number,
  startNs: number,
  endNs: number,
): Slice[] {
  const { log } = scene;
  const cpu = cpuAt(log.u32, base);
  const facts = { tid: NOBODY, log, base, netNs: 0 };
  const slices: Slice[] = [
    { startNs, endNs, rank: Rank.OffCpu, cause: 'late_wakeup', ...facts },
    ...activityAt({ cpu, startNs, endNs, moverTid: undefined }, scene).interrupts,
  ];
  const takenUntilNs = Math.min(endNs, log.startOf(base) + stolenNs(scene, base, cpu));
  if (takenUntilNs > startNs) {
    slices.push({ startNs, endNs: takenUntilNs, rank: Rank.Steal, cause: 'steal', ...facts });
  }
  return slices;
}

/** A CPU that only polls while it is idle may have lost its time long before the timer was due. */
function stolenNs({ log, lookups }: Scene, base: number, cpu: number): number {
  const state = lateTimerIdleState(log.u32, base);
  if (state === undefined || lookups.idleStates.of(cpu, state)?.exitLatencyUs === 0) return 0;
  return lateTimerStolenNs(log.u32, base);
}

/**
 * Adds the slices of a wait to those that end where it begins. The interrupt in which the thread
 * was woken is one.
 */
export function addWait(slices: Slice[], late: readonly Slice[], wait: readonly Slice[]): void {
  for (const slice of wait) {
    const begun = late.find(({ log, base }) => log === slice.log && base === slice.base);
    if (begun === undefined) slices.push(slice);
    else slices[slices.indexOf(begun)] = { ...begun, endNs: slice.endNs };
  }
}
