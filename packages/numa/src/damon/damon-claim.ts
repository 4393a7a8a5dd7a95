import { randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { FileHold, type Unheld } from '@hftmon/perf-native';
import type { ProcessMark } from '../files/process-mark.js';

/** Says in a file that this host's DAMON is used by a monitor, and for which process. */
export interface DamonClaim extends ProcessMark {
  /** /proc/sys/kernel/random/boot_id: after a reboot a claim means nothing. */
  readonly bootId: string;
  readonly targetPid: number;
}

/**
 * Writes the claim, before anything of the kernel is changed. It appears as a whole and held, and
 * one of several that claim at a time gets it.
 * @returns what holds it, to be released when it is removed, or why there is none: `held` when
 *   another was there already
 */
export function writeClaim(path: string, claim: DamonClaim): FileHold | Unheld {
  mkdirSync(dirname(path), { recursive: true });
  const whole = privatePath(path);
  writeFileSync(whole, JSON.stringify(claim), { mode: 0o600 });
  const hold = FileHold.take(whole);
  try {
    if (typeof hold === 'string') return hold;
    if (linkUnlessThere(whole, path)) return hold;
    hold.release();
    return 'held';
  } finally {
    rmSync(whole, { force: true });
  }
}

/**
 * Removes the claim of a monitor that has ended.
 * @param stale - the claim that was looked at
 * @returns false when another monitor has put its own there since; that stays
 */
export function removeStaleClaim(path: string, stale: DamonClaim | undefined): boolean {
  const aside = privatePath(path);
  try {
    // Whoever else found it stale can't move it any more.
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
  try {
    if (isDeepStrictEqual(readClaim(aside), stale)) return true;
    linkUnlessThere(aside, path);
    return false;
  } finally {
    rmSync(aside, { force: true });
    removeEmptyFolder(dirname(path));
  }
}

/** @returns whether it was linked */
function linkUnlessThere(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Beside it, and nobody else's. */
function privatePath(path: string): string {
  return `${path}.${randomUUID()}`;
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
  removeEmptyFolder(dirname(path));
}

function removeEmptyFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}
