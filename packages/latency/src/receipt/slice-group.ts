import type { Group, GroupFinder } from '../detect/group-finder.js';
import { IntervalType } from '../observe/interval-type.js';
import type { ObservedCause } from '../types/details.js';
import { blockedCause } from './blocked-slice.js';
import { interruptSlice } from './interrupt-slice.js';
import { offCpuSlices } from './off-cpu-slices.js';
import type { Scene } from './scene.js';
import { NOBODY, Rank, type Slice } from './slice.js';

/** A page fault around a sleep. */
interface Fault {
  readonly base: number;
  readonly endNs: number;
}

/** Slices of all the intervals of a group. */
export function sliceGroup(scene: Scene, group: Group, { pieces }: GroupFinder): Slice[] {
  const { log } = scene;
  const slices: Slice[] = [];
  let fault: Fault | undefined;
  for (let i = group.first; i < group.last; i++) {
    const startNs = pieces.start[i]!;
    const endNs = pieces.end[i]!;
    const base = pieces.base[i]!;
    const type = log.typeOf(base);
    const plain = (cause: ObservedCause, rank: number, of = base, blocked = false): void => {
      slices.push({ startNs, endNs, rank, cause, tid: NOBODY, log, base: of, blocked, netNs: 0 });
    };
    switch (type) {
      case IntervalType.Preempted:
      case IntervalType.Wait:
        slices.push(...offCpuSlices(scene, base, startNs, endNs, type));
        break;
      case IntervalType.Interrupt:
        slices.push(interruptSlice(log, base, startNs, endNs));
        break;
      case IntervalType.Fault:
        fault = { base, endNs };
        plain('page_fault', Rank.Fault);
        break;
      case IntervalType.Syscall:
        plain('syscall', Rank.Syscall);
        break;
      case IntervalType.Throttled:
        plain('throttled', Rank.Throttled);
        break;
      default:
        // Pieces come in the order of their starts, so the fault around it was seen before.
        if (fault !== undefined && endNs <= fault.endNs) {
          plain('page_fault', Rank.OffCpu, fault.base, true);
        } else plain(blockedCause(scene, base, type, endNs), Rank.OffCpu);
    }
  }
  return slices;
}
