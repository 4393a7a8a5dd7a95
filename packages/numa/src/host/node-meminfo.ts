/** Memory of a node, bytes, from nodeN/meminfo. */
export interface NodeMemory {
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** Page cache that the kernel gives up when memory is wanted (inactive file pages). */
  readonly reclaimableBytes: number;
}

const LINE = /^Node \d+ ([^:]+):\s+(\d+) kB$/gm;

/** Parses nodeN/meminfo; `undefined` without total and free. */
export function parseNodeMeminfo(text: string): NodeMemory | undefined {
  const kilobytes = new Map(
    [...text.matchAll(LINE)].map(([, key, value]) => [key, Number(value)] as const),
  );
  const total = kilobytes.get('MemTotal');
  const free = kilobytes.get('MemFree');
  if (total === undefined || free === undefined) return undefined;
  return {
    totalBytes: total * 1024,
    freeBytes: free * 1024,
    reclaimableBytes: (kilobytes.get('Inactive(file)') ?? 0) * 1024,
  };
}
