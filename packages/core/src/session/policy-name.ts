const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'SCHED_OTHER'],
  [1, 'SCHED_FIFO'],
  [2, 'SCHED_RR'],
  [3, 'SCHED_BATCH'],
  [5, 'SCHED_IDLE'],
  [6, 'SCHED_DEADLINE'],
  [7, 'SCHED_EXT'],
]);

/** Name of a Linux scheduling policy number; `SCHED_<n>` for one that is not known here. */
export function policyName(policy: number): string {
  return NAMES.get(policy) ?? `SCHED_${policy}`;
}
