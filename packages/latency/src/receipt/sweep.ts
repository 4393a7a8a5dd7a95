import type { Slice } from './slice.js';
import { sortFew } from './sort-few.js';

/**
 * Shares the time from `startNs` to `endNs` among the slices: each ns goes to the slice of the
 * highest rank there, of equal ones to the one that began last. Sets `netNs` of each.
 * @returns ns that no slice covers
 */
export function sweep(slices: readonly Slice[], startNs: number, endNs: number): number {
  const waiting = sortFew([...slices], (a, b) => a.startNs - b.startNs);
  const bounds = boundsOf(slices, startNs, endNs);
  let active: Slice[] = [];
  let next = 0;
  let uncoveredNs = 0;
  for (let i = 0; i + 1 < bounds.length; i++) {
    const from = bounds[i]!;
    const to = bounds[i + 1]!;
    while (next < waiting.length && waiting[next]!.startNs <= from) active.push(waiting[next++]!);
    active = active.filter((slice) => slice.endNs > from);
    const winner = innermost(active);
    if (winner === undefined) uncoveredNs += to - from;
    else winner.netNs += to - from;
  }
  return uncoveredNs;
}

function boundsOf(slices: readonly Slice[], startNs: number, endNs: number): number[] {
  const bounds = new Set([startNs, endNs]);
  for (const slice of slices) {
    if (slice.startNs > startNs && slice.startNs < endNs) bounds.add(slice.startNs);
    if (slice.endNs > startNs && slice.endNs < endNs) bounds.add(slice.endNs);
  }
  return sortFew([...bounds], (a, b) => a - b);
}

function innermost(active: readonly Slice[]): Slice | undefined {
  let best: Slice | undefined;
  for (const slice of active) {
    if (best === undefined || slice.rank > best.rank) best = slice;
    else if (slice.rank === best.rank && slice.startNs >= best.startNs) best = slice;
  }
  return best;
}
