import type { Scene } from '../receipt/scene.js';
import { NOBODY, type Slice } from '../receipt/slice.js';
import type { TaskShare } from '../types/details/refs.js';

/** Net time and number of the slices that share a key. */
export interface Share<Key> {
  readonly key: Key;
  ns: number;
  count: number;
  /** The longest of them. */
  longest: Slice;
  readonly slices: Slice[];
}

/** Adds slices up by a key, the largest sum first. */
export function sharesBy<Key>(
  slices: readonly Slice[],
  keyOf: (slice: Slice) => Key,
): Share<Key>[] {
  const shares = new Map<Key, Share<Key>>();
  for (const slice of slices) {
    const key = keyOf(slice);
    const share = shares.get(key);
    if (share === undefined) {
      shares.set(key, { key, ns: slice.netNs, count: 1, longest: slice, slices: [slice] });
      continue;
    }
    share.ns += slice.netNs;
    share.count++;
    share.slices.push(slice);
    if (slice.netNs > share.longest.netNs) share.longest = slice;
  }
  return [...shares.values()].sort((a, b) => b.ns - a.ns);
}

/** Sum of their net times, ns. */
export function sumNs(slices: readonly Slice[]): number {
  return slices.reduce((sum, slice) => sum + slice.netNs, 0);
}

/** The slice that took longest. */
export function longestOf(slices: readonly Slice[]): Slice {
  return slices.reduce((best, slice) => (slice.netNs > best.netNs ? slice : best));
}

/** Who had the CPU, and for how long that is not known. */
export function taskShares(
  slices: readonly Slice[],
  scene: Scene,
): { by: TaskShare[]; unknownNs?: number } {
  const known = slices.filter((slice) => slice.tid !== NOBODY);
  const unknownNs = sumNs(slices) - sumNs(known);
  const by = sharesBy(known, (slice) => slice.tid).map((share) => taskShare(share, scene));
  return unknownNs > 0 ? { by, unknownNs } : { by };
}

/** A task with its policy, priority and time. */
export function taskShare(share: Share<number>, { lookups }: Scene): TaskShare {
  const { key: tid, ns, count } = share;
  const atNs = share.longest.endNs;
  const ref = lookups.tasks.ref(tid, atNs);
  const info = lookups.tasks.info(tid, atNs);
  if (info === undefined) return { ...ref, ns, count };
  return { ...ref, policy: info.policy, priority: info.priority, ns, count };
}
