/** NUMA balancing of the whole host since boot, from /proc/vmstat. */
export interface BalancingCounts {
  /** Page table entries that the scanner made inaccessible, to see who comes. */
  readonly pteUpdates: number;
  /** Faults that this caused; each stops the thread that came. */
  readonly hintFaults: number;
  /** Those where the page was on the node of the thread already. */
  readonly hintFaultsLocal: number;
  readonly pagesMigrated: number;
}

const KEYS = {
  pteUpdates: 'numa_pte_updates',
  hintFaults: 'numa_hint_faults',
  hintFaultsLocal: 'numa_hint_faults_local',
  pagesMigrated: 'numa_pages_migrated',
} as const satisfies Record<keyof BalancingCounts, string>;

/** Parses /proc/vmstat; `undefined` on a kernel without NUMA balancing. */
export function parseBalancing(text: string): BalancingCounts | undefined {
  const values = new Map(
    [...text.matchAll(/^(numa_\w+) (\d+)$/gm)].map(([, key, value]) => [key, Number(value)]),
  );
  const entries = Object.entries(KEYS).map(([field, key]) => [field, values.get(key)] as const);
  return entries.some(([, value]) => value === undefined)
    ? undefined
    : (Object.fromEntries(entries) as unknown as BalancingCounts);
}

/** What happened between two readings. */
export function balancingSince(before: BalancingCounts, after: BalancingCounts): BalancingCounts {
  return {
    pteUpdates: after.pteUpdates - before.pteUpdates,
    hintFaults: after.hintFaults - before.hintFaults,
    hintFaultsLocal: after.hintFaultsLocal - before.hintFaultsLocal,
    pagesMigrated: after.pagesMigrated - before.pagesMigrated,
  };
}
