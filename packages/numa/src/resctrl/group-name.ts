import type { ProcessMark } from '../files/process-mark.js';

const NAME = /^hftmon-(\d+)-(\d+)-\d+$/;

/** Name of a monitoring group: who made it, so that one of a dead process is known, and for whom. */
export function groupName({ pid, startTimeTicks }: ProcessMark, targetPid: number): string {
  return `hftmon-${pid}-${startTimeTicks}-${targetPid}`;
}

/** Who made a group of this name; `undefined` for a group of somebody else. */
export function ownerOf(name: string): ProcessMark | undefined {
  const match = NAME.exec(name);
  return match === null ? undefined : { pid: Number(match[1]), startTimeTicks: Number(match[2]) };
}
