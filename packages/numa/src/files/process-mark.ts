import { optionalText } from './read-text.js';

/** A process, told from a later one with the same pid. */
export interface ProcessMark {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat. */
  readonly startTimeTicks: number;
}

/** What decides whether a process lives, from /proc/PID/stat. */
interface Life {
  readonly startTimeTicks: number;
  readonly ended: boolean;
}

/** This process. */
export function ownMark(procRoot = '/proc'): ProcessMark {
  return { pid: process.pid, startTimeTicks: lifeOf(process.pid, procRoot)?.startTimeTicks ?? 0 };
}

/** Does that very process still run? A zombie does not. */
export function isRunning({ pid, startTimeTicks }: ProcessMark, procRoot = '/proc'): boolean {
  const life = lifeOf(pid, procRoot);
  return life !== undefined && !life.ended && life.startTimeTicks === startTimeTicks;
}

function lifeOf(pid: number, procRoot: string): Life | undefined {
  const stat = optionalText(`${procRoot}/${pid}/stat`);
  if (stat === undefined) return undefined;
  // fields[0] is field 3 of proc(5): the state; 20 is the number of threads, 22 the start time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // The main thread may end before the others: then it is a zombie, and the process lives.
  const ended = /^[ZXx]$/.test(fields[0] ?? '') && Number(fields[17]) <= 1;
  return { startTimeTicks: Number(fields[19]), ended };
}
