/** NUMA hinting faults of one thread, from /proc/PID/task/TID/sched. They decay with time. */
export interface TaskFaults {
  /** Pages that were migrated because of this thread. */
  readonly pagesMigrated: number;
  /** Node that the scheduler would like the thread on; absent when it has none. */
  readonly preferredNode?: number;
  /** All faults so far. */
  readonly total: number;
  /** Recent faults by node of the page: those on pages of this thread alone, and on shared ones. */
  readonly byNode: ReadonlyMap<number, { readonly own: number; readonly shared: number }>;
}

const VALUE = /^([\w.>-]+?)\s*:\s*(-?\d+)$/gm;
const NODE = /^numa_faults node=(\d+) task_private=(\d+) task_shared=(\d+)/gm;

/** Parses /proc/PID/task/TID/sched; `undefined` on a kernel without NUMA balancing. */
export function parseTaskFaults(text: string): TaskFaults | undefined {
  const values = new Map([...text.matchAll(VALUE)].map(([, key, value]) => [key, Number(value)]));
  const total = values.get('total_numa_faults');
  if (total === undefined) return undefined;
  const preferred = values.get('numa_preferred_nid') ?? -1;
  return {
    pagesMigrated: values.get('numa_pages_migrated') ?? 0,
    ...(preferred >= 0 && { preferredNode: preferred }),
    total,
    byNode: new Map(
      [...text.matchAll(NODE)].map(([, node, own, shared]) => [
        Number(node),
        { own: Number(own), shared: Number(shared) },
      ]),
    ),
  };
}
