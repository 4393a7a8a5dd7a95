import {
  RecordKind,
  SwitchFlag,
  cpuAt,
  kindAt,
  lateTimerIdleState,
  lateTimerSlackNs,
  switchWaitNs,
} from '@hftmon/core';
import type { IntervalLog } from '../observe/interval-log.js';
import { DISORDER_NS } from '../receipt/places.js';
import type { Scene } from '../receipt/scene.js';
import type { Slice } from '../receipt/slice.js';
import { switchEnd } from '../receipt/switch-end.js';
import { throttleEnd } from '../receipt/throttle-end.js';
import type { LateTimer, LateWakeupDetails } from '../types/details/blocking.js';
import { countSwitches, switchOf, wakerRef } from './off-cpu-details.js';
import { longestOf, sumNs } from './shares.js';

export function lateWakeupDetails(slices: readonly Slice[], scene: Scene): LateWakeupDetails {
  const timers = slices.filter(({ log, base }) => kindAt(log.u32, base) === RecordKind.LateTimer);
  const waits = slices.filter((slice) => !timers.includes(slice));
  const timer = timers.length === 0 ? {} : { timer: latestTimer(timers, scene) };
  return {
    ...(waits.length === 0 ? byTimersAlone(timers) : afterWakeUp(waits, scene)),
    ...timer,
  };
}

function afterWakeUp(slices: readonly Slice[], scene: Scene): LateWakeupDetails {
  const { u32, base, flags, slice } = switchOf(slices);
  const ranNs = switchEnd(slice.log, base);
  const throttledNs = throttleEnd(slice.log, slice.log.startOf(base));
  return {
    ...wakerRef(scene, u32, base, slice.endNs),
    wokenByInterrupt: (flags & SwitchFlag.WokenByInterrupt) !== 0,
    cpu: cpuAt(u32, base),
    count: countSwitches(slices),
    wokenNs: throttledNs ?? ranNs - switchWaitNs(u32, base),
    ranNs,
    ...((flags & SwitchFlag.NewThread) === 0 ? {} : { newThread: true }),
  };
}

/** Once it was woken, nothing else was late about it. */
function byTimersAlone(timers: readonly Slice[]): LateWakeupDetails {
  const { log, base } = longestOf(timers);
  const wokenNs = log.endOf(base);
  const ended = switchEndedBy(log, wokenNs);
  return {
    wokenByInterrupt: true,
    cpu: cpuAt(log.u32, ended ?? base),
    count: timers.length,
    wokenNs,
    ...(ended === undefined ? {} : { ranNs: switchEnd(log, ended) }),
  };
}

/** The Switch record whose sleep ended then. */
function switchEndedBy(log: IntervalLog, wokenNs: number): number | undefined {
  for (let sequence = log.head - 1; sequence >= log.oldest; sequence--) {
    const base = log.baseOf(sequence);
    if (log.endOf(base) < wokenNs - DISORDER_NS) break;
    if (kindAt(log.u32, base) !== RecordKind.Switch) continue;
    if (switchEnd(log, base) - switchWaitNs(log.u32, base) === wokenNs) return base;
  }
  return undefined;
}

function latestTimer(timers: readonly Slice[], { lookups }: Scene): LateTimer {
  const lateNs = ({ log, base }: Slice): number => log.endOf(base) - log.startOf(base);
  const latest = timers.reduce((best, slice) => (lateNs(slice) > lateNs(best) ? slice : best));
  const { log, base } = latest;
  const cpu = cpuAt(log.u32, base);
  const state = lateTimerIdleState(log.u32, base);
  const known = state === undefined ? undefined : lookups.idleStates.of(cpu, state);
  return {
    dueNs: log.startOf(base),
    lateNs: lateNs(latest),
    slackNs: lateTimerSlackNs(log.u32, base),
    cpu,
    ...(state === undefined
      ? {}
      : {
          idle: {
            state,
            ...(known && { name: known.name, exitLatencyUs: known.exitLatencyUs }),
          },
        }),
    ns: sumNs(timers),
  };
}
