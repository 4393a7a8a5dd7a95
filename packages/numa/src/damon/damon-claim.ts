import { mkdirSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProcessMark } from '../files/process-mark.js';

/** Says in a file that this host's DAMON is used by a monitor, and for which process. */
export interface DamonClaim extends ProcessMark {
  /** /proc/sys/kernel/random/boot_id: after a reboot a claim means nothing. */
  readonly bootId: string;
  readonly targetPid: number;
}

/**
 * Writes the claim, before anything of the kernel is changed.
 * @returns false when there is one already
 */
export function writeClaim(path: string, claim: DamonClaim): boolean {
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(path, JSON.stringify(claim), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The claim that is there; `undefined` when there is none that makes sense. */
export function readClaim(path: string): DamonClaim | undefined {
  let claim: Partial<DamonClaim>;
  try {
    claim = JSON.parse(readFileSync(path, 'utf8')) as Partial<DamonClaim>;
  } catch {
    return undefined;
  }
  const numbers = [claim.pid, claim.startTimeTicks, claim.targetPid];
  return numbers.every((value) => typeof value === 'number') && typeof claim.bootId === 'string'
    ? (claim as DamonClaim)
    : undefined;
}

/** Removes the claim, and its folder when nothing else is in it. */
export function removeClaim(path: string): void {
  rmSync(path, { force: true });
  try {
    rmdirSync(dirname(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}
