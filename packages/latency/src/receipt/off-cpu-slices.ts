import { SwitchFlag, switchFlags, switchNextTid, switchPreviousTid } from '@hftmon/core';
import { IntervalType } from '../observe/interval-type.js';
import type { ObservedCause } from '../types/details.js';
import { idleSlices } from './idle-slices.js';
import { placesOf, type Place } from './places.js';
import { activityAt, type CpuActivity } from './runs-on-cpu.js';
import type { Scene } from './scene.js';
import { wakerOf } from './waker.js';
import { NOBODY, Rank, type Slice, type Unexplained } from './slice.js';

/** What somebody's run, or nobody's, during a wait is blamed on. */
interface Blame {
  readonly cause: ObservedCause;
  readonly why?: Unexplained;
}

/** The wait that is being taken apart. */
interface Wait {
  readonly base: number;
  readonly preempted: boolean;
  readonly yielded: boolean;
  /** A limit took it off the CPU: what comes after that was over is as after a wake-up. */
  readonly throttled: boolean;
  /** The kernel's migration thread took it off the CPU, to put it on another one. */
  readonly carried: boolean;
  readonly nextTid: number;
  readonly previousTid: number;
  readonly wakerTid: number;
}

/**
 * Takes a time runnable but not running apart: who had the CPU, by the runs recorded there; before
 * the first of them who took it, after the last who ran right before the thread came back. What
 * interrupted that CPU meanwhile stands for itself.
 */
export function offCpuSlices(
  scene: Scene,
  base: number,
  startNs: number,
  endNs: number,
  type: number,
): Slice[] {
  const { log } = scene;
  const places = placesOf(log, base, startNs, endNs);
  const flags = switchFlags(log.u32, base);
  const nextTid = switchNextTid(log.u32, base);
  const preempted = type === IntervalType.Preempted;
  const moved = places.length > 1 || (flags & SwitchFlag.Migrated) !== 0;
  const wait: Wait = {
    base,
    preempted,
    yielded: (flags & SwitchFlag.Yielded) !== 0,
    throttled: (flags & SwitchFlag.Throttled) !== 0,
    carried: preempted && moved && scene.lookups.tasks.isMigrationThread(nextTid, endNs),
    nextTid,
    previousTid:
      (flags & SwitchFlag.ReturnUnseen) === 0 ? switchPreviousTid(log.u32, base) : NOBODY,
    wakerTid: wakerOf(log.u32, base),
  };
  return places.flatMap((place, i) => {
    const activity = activityAt(place, scene);
    const neighbours = { first: i === 0, last: i === places.length - 1, next: places[i + 1] };
    return [
      ...ofPlace(scene, wait, place, activity, neighbours),
      ...(wakesItsCpu(wait, neighbours) ? idleSlices(activity.idleExits, place, scene) : []),
      ...activity.interrupts,
    ];
  });
}

/** A wake-up asks the CPU that it has chosen out of its idle state, and no other. */
function wakesItsCpu({ preempted, throttled }: Wait, { last }: Neighbours): boolean {
  return last && !preempted && !throttled;
}

interface Neighbours {
  readonly first: boolean;
  readonly last: boolean;
  readonly next: Place | undefined;
}

/** Slices of the runs on one CPU, and of the gaps before, between and after them. */
function ofPlace(
  scene: Scene,
  wait: Wait,
  place: Place,
  { runs, knownFromNs }: CpuActivity,
  neighbours: Neighbours,
): Slice[] {
  const slices: Slice[] = [];
  const { first, last } = neighbours;
  const forgotten = knownFromNs > place.startNs;
  const took = first && wait.preempted && !forgotten ? wait.nextTid : NOBODY;
  const before = last ? wait.previousTid : NOBODY;
  const add = (startNs: number, endNs: number, tid: number, rank: number): void => {
    if (endNs <= startNs) return;
    const blame = blameOf(wait, tid, neighbours);
    slices.push({ startNs, endNs, rank, tid, log: scene.log, base: wait.base, netNs: 0, ...blame });
  };
  add(place.startNs, knownFromNs, NOBODY, Rank.OffCpu);
  if (runs.length === 0) {
    add(knownFromNs, place.endNs, took === NOBODY ? before : took, Rank.OffCpu);
    return slices;
  }
  let reached = knownFromNs;
  for (const [i, run] of runs.entries()) {
    add(reached, run.startNs, i === 0 ? took : NOBODY, Rank.OffCpu);
    add(run.startNs, run.endNs, run.tid, Rank.Ran);
    reached = Math.max(reached, run.endNs);
  }
  add(reached, place.endNs, before, Rank.OffCpu);
  return slices;
}

function blameOf(wait: Wait, tid: number, { first, next }: Neighbours): Blame {
  if (wait.carried) return carriedBlame(wait, tid, first);
  if (wait.throttled) return { cause: tid === 0 ? 'late_wakeup' : 'run_queue_wait' };
  if (wait.preempted) {
    // Put on a CPU that idles, it waits until that has woken up.
    if (tid === 0 && !first) return { cause: 'migration' };
    // A task that can run, on a CPU that idles: something else keeps it from running.
    if (tid === 0) return { cause: 'unexplained', why: 'idle' };
    return { cause: wait.yielded ? 'run_queue_wait' : 'preemption' };
  }
  if (tid === 0) return { cause: 'late_wakeup' };
  // Until its waker had found a CPU for it, the thread was in no run queue.
  const placed = tid === NOBODY && first && next?.moverTid === wait.wakerTid;
  return { cause: placed ? 'late_wakeup' : 'run_queue_wait' };
}

/** Off one CPU and onto another by the migration thread: behind others only where it was put. */
function carriedBlame(wait: Wait, tid: number, first: boolean): Blame {
  const behind = !first && tid > 0 && tid !== wait.nextTid;
  return { cause: behind ? 'run_queue_wait' : 'migration' };
}
