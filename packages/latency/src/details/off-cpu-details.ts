import {
  SwitchFlag,
  cpuAt,
  switchCpuFrom,
  switchFlags,
  switchQueueDepth,
  type TaskRef,
} from '@hftmon/core';
import { placesOf } from '../receipt/places.js';
import type { Scene } from '../receipt/scene.js';
import { NOBODY, type Slice } from '../receipt/slice.js';
import { switchEnd } from '../receipt/switch-end.js';
import { enderOf } from '../receipt/waker.js';
import type {
  MigrationDetails,
  PreemptionDetails,
  RunQueueWaitDetails,
} from '../types/details/context-switch.js';
import { longestOf, taskShares } from './shares.js';

/** Slices of waits hold the thread's own Switch record, also where somebody's run is the evidence. */
export function switchOf(slices: readonly Slice[]): {
  readonly u32: Uint32Array;
  readonly base: number;
  readonly slice: Slice;
  readonly flags: number;
} {
  const slice = longestOf(slices);
  const { u32 } = slice.log;
  return { u32, base: slice.base, slice, flags: switchFlags(u32, slice.base) };
}

export function preemptionDetails(slices: readonly Slice[], scene: Scene): PreemptionDetails {
  const { u32, base, flags } = switchOf(slices);
  const cpu = switchCpuFrom(u32, base);
  const cpuTo = cpuAt(u32, base);
  return {
    ...taskShares(slices, scene),
    count: countSwitches(slices),
    cpu,
    ...(cpuTo === cpu ? {} : { cpuTo }),
    inKernel: (flags & SwitchFlag.PreemptedInKernel) !== 0,
  };
}

export function runQueueWaitDetails(slices: readonly Slice[], scene: Scene): RunQueueWaitDetails {
  const { u32, base, flags, slice } = switchOf(slices);
  const shares = taskShares(slices, scene);
  return {
    ...shares,
    tasksAhead: shares.by.length,
    ...((flags & SwitchFlag.DepthSeen) === 0 ? {} : { queueDepth: switchQueueDepth(u32, base) }),
    ...wakerRef(scene, u32, base, slice.endNs),
    wokenByInterrupt: (flags & SwitchFlag.WokenByInterrupt) !== 0,
    cpu: cpuAt(u32, base),
    count: countSwitches(slices),
    ...((flags & SwitchFlag.Yielded) === 0 ? {} : { yielded: true }),
    ...((flags & SwitchFlag.NewThread) === 0 ? {} : { newThread: true }),
  };
}

export function migrationDetails(slices: readonly Slice[], scene: Scene): MigrationDetails {
  const { u32, base, slice } = switchOf(slices);
  const start = slice.log.startOf(base);
  const end = switchEnd(slice.log, base);
  const from = switchCpuFrom(u32, base);
  const to = cpuAt(u32, base);
  const moverTid = placesOf(slice.log, base, start, end).at(-1)?.moverTid;
  const nodeFrom = scene.lookups.nodes.nodeOf(from);
  const nodeTo = scene.lookups.nodes.nodeOf(to);
  return {
    from,
    to,
    ...(nodeFrom === undefined ? {} : { nodeFrom }),
    ...(nodeTo === undefined ? {} : { nodeTo }),
    ...(moverTid === undefined ? {} : { mover: scene.lookups.tasks.ref(moverTid, end) }),
    count: countSwitches(slices),
  };
}

export function wakerRef(
  { lookups }: Scene,
  u32: Uint32Array,
  base: number,
  atNs: number,
): { waker?: TaskRef } {
  const tid = enderOf(u32, base);
  return tid === NOBODY ? {} : { waker: lookups.tasks.ref(tid, atNs) };
}

/** A wait, and what the thread was blocked on before it, are of one switch. */
export function countSwitches(slices: readonly Slice[]): number {
  return new Set(slices.map(({ log, base }) => switchEnd(log, base))).size;
}
