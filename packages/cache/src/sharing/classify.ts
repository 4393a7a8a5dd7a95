/** What sharing of a line it is. `mixed`: some bytes are shared in earnest, others are only near. */
export type SharingVerdict = 'false' | 'true' | 'mixed';

/** Bytes of a line that a thread uses. */
export interface LineUse {
  readonly tid: number;
  /** Bytes from the start of the line. */
  readonly offset: number;
  readonly size: number;
  readonly store: boolean;
  /** How much it counts beside the others: samples, or hits of a watchpoint. */
  readonly weight: number;
}

/** A use that is below this share of its thread's use of the line is not looked at. */
const LEAST_SHARE = 0.02;
/** Bytes that only one thread uses make sharing false from this share of its use of the line. */
const LEAST_EXCLUSIVE_SHARE = 0.1;

/**
 * What kind of sharing a line suffers, or `undefined` when no thread's store can disturb another:
 * one thread alone, or readers alone.
 *
 * Two uses of different threads conflict when one of them stores. Where they overlap, the threads
 * share data. Bytes that one thread alone uses, on a line where others conflict with them, need not
 * lie there: that part is false.
 */
export function classifySharing(uses: readonly LineUse[]): SharingVerdict | undefined {
  const notable = notableUses(uses);
  const conflicting = notable.filter((use) => notable.some((other) => conflict(use, other)));
  const isShared = notable.some((use) =>
    notable.some((other) => conflict(use, other) && overlap(use, other)),
  );
  const isFalse = threadsOf(conflicting).some((tid) => {
    const own = notable.filter((use) => use.tid === tid);
    const exclusive = own.filter(
      (use) =>
        conflicting.includes(use) &&
        !notable.some((other) => other.tid !== tid && overlap(use, other)),
    );
    return weightOf(exclusive) >= LEAST_EXCLUSIVE_SHARE * weightOf(own);
  });
  if (isShared) return isFalse ? 'mixed' : 'true';
  return isFalse ? 'false' : undefined;
}

/** Without those that are too rare beside the others of their thread to rest anything on. */
export function notableUses(uses: readonly LineUse[]): LineUse[] {
  const ofThread = new Map<number, number>();
  for (const { tid, weight } of uses) ofThread.set(tid, (ofThread.get(tid) ?? 0) + weight);
  return uses.filter(
    ({ tid, weight }) => weight > 0 && weight >= LEAST_SHARE * (ofThread.get(tid) as number),
  );
}

/** Threads of which uses are given, each once. */
export function threadsOf(uses: readonly { readonly tid: number }[]): number[] {
  return [...new Set(uses.map(({ tid }) => tid))];
}

/** Together. */
export function weightOf(uses: readonly LineUse[]): number {
  return uses.reduce((sum, { weight }) => sum + weight, 0);
}

function conflict(a: LineUse, b: LineUse): boolean {
  return a.tid !== b.tid && (a.store || b.store);
}

function overlap(a: LineUse, b: LineUse): boolean {
  return a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}
