/** Fields of /proc/PID/stat (or of a thread's stat) that hftmon uses. */
export interface TaskStat {
  /** Process or thread id. */
  readonly id: number;
  /** Name, at most 15 bytes; may hold spaces, parentheses, anything. */
  readonly comm: string;
  /** R, S, D, T, t, Z, X, I, … */
  readonly state: string;
  /** The kernel's PF_ flags, field 9. */
  readonly flags: number;
  /** Threads of the process, field 20. */
  readonly threads: number;
  /** Kernel priority less 100, field 18: below 0 real-time, 0 to 39 fair. */
  readonly priority: number;
  /** Scheduling policy number, field 41. */
  readonly policy: number;
  /** When it started, clock ticks (10 ms) since boot, field 22. */
  readonly startTimeTicks: number;
}

/** Set in `flags` for kernel threads, on every kernel hftmon runs on. */
export const PF_KTHREAD = 0x0020_0000;

/** Parses /proc/PID/stat; `undefined` for text of another shape. */
export function parseStat(text: string): TaskStat | undefined {
  // The name may hold ") ", so it ends at the last parenthesis.
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const id = Number(text.slice(0, open));
  const fields = text
    .slice(close + 2)
    .trimEnd()
    .split(' ');
  // fields[0] is field 3 of proc(5).
  const [state, flags, priority, threads, startTimeTicks, policy] = [0, 6, 15, 17, 19, 38].map(
    (index) => fields[index],
  );
  if (!Number.isInteger(id) || startTimeTicks === undefined || !state) return undefined;
  return {
    id,
    comm: text.slice(open + 1, close),
    state,
    flags: Number(flags),
    threads: Number(threads),
    priority: Number(priority),
    policy: Number(policy ?? 0),
    startTimeTicks: Number(startTimeTicks),
  };
}
