import { NO_STACK, ranKernelStack, ranUserStack, type TaskRef } from '@hftmon/core';
import type { Group, GroupFinder } from '../detect/group-finder.js';
import { IntervalType } from '../observe/interval-type.js';
import { placesOf } from '../receipt/places.js';
import { activityAt, type Run } from '../receipt/runs-on-cpu.js';
import type { Scene } from '../receipt/scene.js';

/** Who had the CPU, and its stacks by id. */
export interface CulpritStack {
  readonly task: TaskRef;
  readonly pid: number;
  readonly userStack: number;
  readonly kernelStack: number;
}

/**
 * Of the tasks that had the CPU while the thread wanted it, the one that ran longest of those whose
 * stacks were taken; `undefined` when none were.
 */
export function culpritStack(
  scene: Scene,
  group: Group,
  { pieces }: GroupFinder,
): CulpritStack | undefined {
  const { log } = scene;
  let longest: Run | undefined;
  for (let i = group.first; i < group.last; i++) {
    const base = pieces.base[i]!;
    const type = log.typeOf(base);
    if (type !== IntervalType.Preempted && type !== IntervalType.Wait) continue;
    for (const place of placesOf(log, base, pieces.start[i]!, pieces.end[i]!)) {
      for (const run of activityAt(place, scene).runs) {
        if (hasStack(run) && (longest === undefined || lengthOf(run) > lengthOf(longest))) {
          longest = run;
        }
      }
    }
  }
  if (longest === undefined) return undefined;
  const { tid, startNs, log: runs, base } = longest;
  const { tasks } = scene.lookups;
  return {
    task: tasks.ref(tid, startNs),
    pid: tasks.info(tid, startNs)?.pid ?? 0,
    userStack: ranUserStack(runs.u32, base),
    kernelStack: ranKernelStack(runs.u32, base),
  };
}

function hasStack({ log, base }: Run): boolean {
  return ranUserStack(log.u32, base) !== NO_STACK || ranKernelStack(log.u32, base) !== NO_STACK;
}

function lengthOf({ startNs, endNs }: Run): number {
  return endNs - startNs;
}
