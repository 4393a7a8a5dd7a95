import type { IntervalLog } from '../observe/interval-log.js';
import { IntervalType } from '../observe/interval-type.js';
import { DISORDER_NS } from './places.js';

/** When the limit that took a thread off its CPU at `startNs` let it run again; `undefined` if that is not known. */
export function throttleEnd(log: IntervalLog, startNs: number): number | undefined {
  for (let sequence = log.head - 1; sequence >= log.oldest; sequence--) {
    const base = log.baseOf(sequence);
    if (log.endOf(base) < startNs - DISORDER_NS) break;
    if (log.typeOf(base) !== IntervalType.Throttled) continue;
    if (log.startOf(base) === startNs) return log.endOf(base);
  }
  return undefined;
}
