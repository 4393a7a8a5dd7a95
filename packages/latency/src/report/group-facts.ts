import { NO_STACK, SwitchFlag, cpuAt, switchFlags, switchUserStack } from '@hftmon/core';
import { IntervalType } from '../observe/interval-type.js';
import type { IntervalLog } from '../observe/interval-log.js';
import type { Group, GroupFinder } from '../detect/group-finder.js';
import { NOBODY, type Slice } from '../receipt/slice.js';
import { sortFew } from '../receipt/sort-few.js';
import type { RelatedEvent } from '../types/spike.js';

/** Events kept of each spike. */
const KEPT = 16;

/** The longest events of a spike, in the order of time. */
export function relatedEvents(slices: readonly Slice[]): RelatedEvent[] {
  const present = slices.filter((slice) => slice.netNs > 0);
  const longest = sortFew(present, (a, b) => b.netNs - a.netNs).slice(0, KEPT);
  sortFew(longest, (a, b) => a.startNs - b.startNs);
  return longest.map(({ cause, startNs, endNs, tid, log, base }) => ({
    cause,
    timestampNs: startNs,
    durationNs: endNs - startNs,
    cpu: cpuAt(log.u32, base),
    ...(tid === NOBODY ? {} : { tid }),
  }));
}

/** Is one of the returns in a group only known from the kernel's account of run time? */
export function hasUnseenReturn(
  log: IntervalLog,
  group: Pick<Group, 'first' | 'last'>,
  { pieces }: Pick<GroupFinder, 'pieces'>,
): boolean {
  for (let i = group.first; i < group.last; i++) {
    const base = pieces.base[i]!;
    if (!isOffCpu(log.typeOf(base))) continue;
    if ((switchFlags(log.u32, base) & SwitchFlag.ReturnUnseen) !== 0) return true;
  }
  return false;
}

/** Are the copies of that type made of Switch records? */
function isOffCpu(type: number): boolean {
  return type >= IntervalType.Preempted && type <= IntervalType.Stopped;
}

/** User stack of the longest time off the CPU in a group, NO_STACK for none. */
export function longestStack(log: IntervalLog, group: Group, { pieces }: GroupFinder): number {
  let stack = NO_STACK;
  let longest = -1;
  for (let i = group.first; i < group.last; i++) {
    const base = pieces.base[i]!;
    if (!isOffCpu(log.typeOf(base))) continue;
    const length = pieces.end[i]! - pieces.start[i]!;
    const id = switchUserStack(log.u32, base);
    if (length <= longest || id === NO_STACK) continue;
    longest = length;
    stack = id;
  }
  return stack;
}
