import { MemoryWorkType, faultHugePages, memoryWorkType } from '@hftmon/core';
import type { Group, GroupFinder } from '../detect/group-finder.js';
import { IntervalType } from '../observe/interval-type.js';
import type { ObservedCause } from '../types/details.js';
import { blockedCause } from './blocked-slice.js';
import { interruptSlice } from './interrupt-slice.js';
import { addWait, lateTimerSlices } from './late-timer-slices.js';
import { offCpuSlices } from './off-cpu-slices.js';
import type { Scene } from './scene.js';
import { NOBODY, Rank, type Slice } from './slice.js';

/** What the thread was doing when it went to sleep: the cause of that, too. */
interface Around {
  readonly base: number;
  readonly endNs: number;
  readonly cause: ObservedCause;
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
  let work: Around | undefined;
  let lock: Around | undefined;
  let pause: Around | undefined;
  let late: readonly Slice[] = [];
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
        addWait(slices, late, offCpuSlices(scene, base, startNs, endNs, type));
        late = [];
        break;
      case IntervalType.LateTimer:
        late = lateTimerSlices(scene, base, startNs, endNs);
        slices.push(...late);
        break;
      case IntervalType.Interrupt:
        slices.push(interruptSlice(log, base, startNs, endNs));
        break;
      case IntervalType.Fault:
        fault = { base, endNs, cause: faultCause(log.u32, base) };
        plain(fault.cause, Rank.Fault);
        break;
      case IntervalType.Syscall:
        plain('syscall', Rank.Syscall);
        break;
      case IntervalType.Pause:
        pause = { base, endNs, cause: 'gc_pause' };
        plain('gc_pause', Rank.Pause);
        break;
      case IntervalType.KernelLock:
        lock = { base, endNs, cause: 'lock_wait' };
        plain('lock_wait', Rank.KernelLock, { lock: base });
        break;
      case IntervalType.MemoryWork:
        work = { base, endNs, cause: memoryWorkCause(log.u32, base) };
        plain(work.cause, Rank.MemoryWork);
        break;
      case IntervalType.Steal:
        plain('steal', Rank.Steal);
        break;
      case IntervalType.Throttled:
        plain('throttled', Rank.Throttled);
        break;
      default: {
        // Pieces come in the order of their starts, so what is around it was seen before.
        const waits = type === IntervalType.Sleep || type === IntervalType.Lock;
        const around = [work, fault, waits ? pause : undefined].find((outer) =>
          isAround(outer, endNs),
        );
        if (type !== IntervalType.Lock && isAround(lock, endNs)) {
          plain('lock_wait', Rank.OffCpu, { lock: lock.base });
        } else if (around !== undefined) {
          plain(around.cause, Rank.OffCpu, { base: around.base, blocked: true });
        } else plain(blockedCause(scene, base, type, endNs), Rank.OffCpu);
      }
    }
  }
  return slices;
}

function isAround(around: Around | undefined, endNs: number): around is Around {
  return around !== undefined && endNs <= around.endNs;
}

function faultCause(u32: Uint32Array, base: number): ObservedCause {
  return faultHugePages(u32, base) > 0 ? 'thp' : 'page_fault';
}

function memoryWorkCause(u32: Uint32Array, base: number): ObservedCause {
  const type = memoryWorkType(u32, base);
  if (type === MemoryWorkType.Reclaim) return 'reclaim';
  return type === MemoryWorkType.Compaction ? 'compaction' : 'numa_migration';
}
