import { optionalText } from './read-text.js';

/** A process, told from a later one with the same pid. */
export interface ProcessMark {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat. */
  readonly startTimeTicks: number;
}

/** Start time of a process, clock ticks since boot; `undefined` when there is none. */
export function startTimeOf(pid: number, procRoot = '/proc'): number | undefined {
  const stat = optionalText(`${procRoot}/${pid}/stat`);
  if (stat === undefined) return undefined;
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  return Number.isFinite(ticks) ? ticks : undefined;
}

/** This process. */
export function ownMark(procRoot = '/proc'): ProcessMark {
  return { pid: process.pid, startTimeTicks: startTimeOf(process.pid, procRoot) ?? 0 };
}

/** Does that very process still run? */
export function isRunning({ pid, startTimeTicks }: ProcessMark, procRoot = '/proc'): boolean {
  return startTimeOf(pid, procRoot) === startTimeTicks;
}
