import { cpuAt, migrateCpuFrom, migrateMoverTid } from '@hftmon/core';
import type { IntervalLog } from '../observe/interval-log.js';
import { IntervalType } from '../observe/interval-type.js';
import { sortFew } from './sort-few.js';

/** Records of different CPUs may come in another order than that of their ends, ns. */
export const DISORDER_NS = 200e3;

/** A stretch of a wait, on one CPU's run queue. */
export interface Place {
  readonly cpu: number;
  readonly startNs: number;
  readonly endNs: number;
  /** Task that moved the thread here; `undefined` for the first place. */
  readonly moverTid: number | undefined;
}

/** Where a thread waited from `startNs` to `endNs`: the Switch record at `base` and its moves. */
export function placesOf(log: IntervalLog, base: number, startNs: number, endNs: number): Place[] {
  const moves = movesIn(log, startNs, endNs);
  const places: Place[] = [];
  let from = startNs;
  let moverTid: number | undefined;
  for (const move of moves) {
    const at = log.startOf(move);
    places.push({ cpu: migrateCpuFrom(log.u32, move), startNs: from, endNs: at, moverTid });
    from = at;
    moverTid = migrateMoverTid(log.u32, move);
  }
  // Without a record of a move, where it came back is where it waited.
  places.push({ cpu: cpuAt(log.u32, base), startNs: from, endNs, moverTid });
  return places;
}

/** Moves in that time, in order. */
function movesIn(log: IntervalLog, startNs: number, endNs: number): number[] {
  const moves: number[] = [];
  for (let sequence = log.head - 1; sequence >= log.oldest; sequence--) {
    const base = log.baseOf(sequence);
    if (log.endOf(base) < startNs - DISORDER_NS) break;
    if (log.typeOf(base) !== IntervalType.Move) continue;
    const at = log.startOf(base);
    if (at >= startNs && at <= endNs) moves.push(base);
  }
  return sortFew(moves, (a, b) => log.startOf(a) - log.startOf(b));
}
