/**
 * Allocations on a node since boot, pages (Documentation/admin-guide/numastat.rst). They count
 * where memory was handed out, not who accesses it.
 */
export interface NodeAllocations {
  /** Wanted on this node and got it. */
  readonly hit: number;
  /** Given from this node although another was wanted. */
  readonly miss: number;
  /** Wanted on this node, but given from another. */
  readonly foreign: number;
  /** Interleaved as intended. */
  readonly interleaveHit: number;
  /** Given to a process that ran on a CPU of this node. */
  readonly localNode: number;
  /** Given to a process that ran elsewhere. */
  readonly otherNode: number;
}

const KEYS = {
  hit: 'numa_hit',
  miss: 'numa_miss',
  foreign: 'numa_foreign',
  interleaveHit: 'interleave_hit',
  localNode: 'local_node',
  otherNode: 'other_node',
} as const satisfies Record<keyof NodeAllocations, string>;

/** Parses nodeN/numastat; `undefined` when a counter is missing. */
export function parseNumastat(text: string): NodeAllocations | undefined {
  const values = new Map(
    [...text.matchAll(/^(\w+) (\d+)$/gm)].map(([, key, value]) => [key, Number(value)]),
  );
  const entries = Object.entries(KEYS).map(([field, key]) => [field, values.get(key)] as const);
  return entries.some(([, value]) => value === undefined)
    ? undefined
    : (Object.fromEntries(entries) as unknown as NodeAllocations);
}

/** What was allocated between two readings. */
export function allocationsSince(before: NodeAllocations, after: NodeAllocations): NodeAllocations {
  const delta = (field: keyof NodeAllocations): number => after[field] - before[field];
  return {
    hit: delta('hit'),
    miss: delta('miss'),
    foreign: delta('foreign'),
    interleaveHit: delta('interleaveHit'),
    localNode: delta('localNode'),
    otherNode: delta('otherNode'),
  };
}
