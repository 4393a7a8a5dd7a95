import { switchWaitNs } from '@hftmon/core';
import type { IntervalLog } from '../observe/interval-log.js';
import { IntervalType } from '../observe/interval-type.js';

/** When the thread got its CPU back: the blocked part of a time off the CPU ends with the wake-up. */
export function switchEnd(log: IntervalLog, base: number): number {
  const type = log.typeOf(base);
  const toTheEnd = type === IntervalType.Wait || type === IntervalType.Preempted;
  return log.endOf(base) + (toTheEnd ? 0 : switchWaitNs(log.u32, base));
}
