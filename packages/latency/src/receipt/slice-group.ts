import type { Group, GroupFinder } from '../detect/group-finder.js';
import { IntervalType } from '../observe/interval-type.js';
import type { ObservedCause } from '../types/details.js';
import { blockedCause } from './blocked-slice.js';
import { interruptSlice } from './interrupt-slice.js';
import { offCpuSlices } from './off-cpu-slices.js';
import type { Scene } from './scene.js';
import { NOBODY, Rank, type Slice } from './slice.js';

/** A page fault, or a wait for a lock of the kernel, around a sleep. */
interface Around {
  readonly base: number;
  readonly endNs: number;
}

/** Slices of all the intervals of a group. */
export function sliceGroup(
  scene: Scene,
  group: Pick<Group, 'first' | 'last'>,
  { pieces }: Pick<GroupFinder, 'pieces'>,
): Slice[] {
  const { log } = scene;
  const slices: Slice[] = [];
  let fault: Around | undefined;
  let lock: Around | undefined;
  for (let i = group.first; i < group.last; i++) {
    const startNs = pieces.start[i]!;
    const endNs = pieces.end[i]!;
    const base = pieces.base[i]!;
    const type = log.typeOf(base);
    const plain = (cause: ObservedCause, rank: number, facts: Partial<Slice> = {}): void => {
      slices.push({ startNs, endNs, rank, cause, tid: NOBODY, log, base, netNs: 0, ...facts });
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
      case IntervalType.KernelLock:
        lock = { base, endNs };
        plain('lock_wait', Rank.KernelLock, { lock: base });
        break;
      case IntervalType.Throttled:
        plain('throttled', Rank.Throttled);
        break;
      default:
        // Pieces come in the order of their starts, so what is around it was seen before.
        if (lock !== undefined && endNs <= lock.endNs && type !== IntervalType.Lock) {
          plain('lock_wait', Rank.OffCpu, { lock: lock.base });
        } else if (fault !== undefined && endNs <= fault.endNs) {
          plain('page_fault', Rank.OffCpu, { base: fault.base, blocked: true });
        } else plain(blockedCause(scene, base, type, endNs), Rank.OffCpu);
    }
  }
  return slices;
}
