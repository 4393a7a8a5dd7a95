import { FileHold } from '@hftmon/perf-native';
import type { KernelFiles } from '../files/kernel-files.js';
import { isRunning, ownMark } from '../files/process-mark.js';
import { optionalText } from '../files/read-text.js';
import { unsupported, type Absent } from '../support/absent.js';
import { readClaim, removeClaim, removeStaleClaim, writeClaim } from './damon-claim.js';
import { DamonSysfs, type DamonRegion } from './damon-sysfs.js';

/** Where DAMON and the claim on it are. */
export interface DamonPlaces {
  readonly files: KernelFiles;
  readonly procRoot: string;
  readonly sysRoot: string;
  /** File that says who uses DAMON; default {@link CLAIM_PATH}. */
  readonly claimPath: string;
}

/** A running watch, or why there is none. */
export type OpenedDamon = { readonly ok: true; readonly watch: DamonWatch } | Absent;

/** On a file system that a reboot empties, as it does DAMON. */
export const CLAIM_PATH = '/run/hftmon/damon.json';

/**
 * DAMON looking at one process, by its accessed bits. There is one sysfs interface per host, so it
 * is left alone whenever anybody else has set it up, on or off. Who used it stands in a file that
 * is written before the first change and held until the last, so that a monitor started after one
 * was killed can take away what that left, and one in another pid namespace leaves it alone; a
 * kdamond also ends by itself when its target does.
 */
export class DamonWatch {
  readonly pid: number;
  readonly #places: DamonPlaces;
  readonly #sysfs: DamonSysfs;
  readonly #hold: FileHold;
  #isOpen = true;

  private constructor(pid: number, places: DamonPlaces, sysfs: DamonSysfs, hold: FileHold) {
    this.pid = pid;
    this.#places = places;
    this.#sysfs = sysfs;
    this.#hold = hold;
  }

  /** Starts to look at a process; on failure everything is as before. */
  static open(pid: number, places: DamonPlaces): OpenedDamon {
    const sysfs = new DamonSysfs(places.files, places.sysRoot);
    const hindrance = hindranceTo(sysfs, places);
    if (hindrance !== undefined) return hindrance;
    const { claimPath, procRoot } = places;
    const claim = { ...ownMark(procRoot), bootId: bootId(procRoot), targetPid: pid };
    const hold = writeClaim(claimPath, claim);
    if (hold === 'unknown') return cannotHold(claimPath);
    if (typeof hold === 'string') return JUST_CLAIMED;
    const failure = setUp(sysfs, pid);
    if (failure === undefined) return { ok: true, watch: new DamonWatch(pid, places, sysfs, hold) };
    removeClaim(claimPath);
    hold.release();
    return failure;
  }

  /** Regions of the last aggregation; `undefined` when the kdamond has ended. */
  regions(): DamonRegion[] | undefined {
    return this.#isOpen && this.#sysfs.isOurs(this.pid) ? this.#sysfs.regions() : undefined;
  }

  /** Takes everything away again. Idempotent. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#sysfs.isOurs(this.pid)) this.#sysfs.remove();
    removeClaim(this.#places.claimPath);
    this.#hold.release();
  }
}

const JUST_CLAIMED = inUse('another monitor has just claimed it');

/** Why DAMON cannot be used here. Takes away what a dead monitor left. */
function hindranceTo(sysfs: DamonSysfs, places: DamonPlaces): Absent | undefined {
  if (sysfs.count() === undefined) {
    return unsupported(
      'the kernel has no DAMON interface in sysfs, or it may not be read',
      'run as root on a kernel built with CONFIG_DAMON_VADDR=y and CONFIG_DAMON_SYSFS=y',
    );
  }
  const claimed = clearStaleClaim(sysfs, places);
  if (claimed !== undefined) return claimed;
  if (sysfs.isAnyOn()) return inUse('a kdamond of somebody else is on');
  return sysfs.count() === 0 ? undefined : inUse('it is set up by somebody else');
}

/** @returns why it must stay, where the monitor that made it may live */
function clearStaleClaim(
  sysfs: DamonSysfs,
  { claimPath, procRoot }: DamonPlaces,
): Absent | undefined {
  const hold = FileHold.take(claimPath);
  if (hold === 'held') return inUse('another monitor holds the claim on it');
  if (hold === 'unknown') return cannotHold(claimPath);
  try {
    const claim = readClaim(claimPath);
    if (claim !== undefined && claim.bootId === bootId(procRoot)) {
      if (isRunning(claim, procRoot)) return inUse(`another monitor (pid ${claim.pid}) uses it`);
      if (sysfs.isOurs(claim.targetPid)) sysfs.remove();
    }
    return removeStaleClaim(claimPath, claim) ? undefined : JUST_CLAIMED;
  } finally {
    if (hold !== 'gone') hold.release();
  }
}

/** @returns why it failed, after everything was taken away again */
function setUp(sysfs: DamonSysfs, pid: number): Absent | undefined {
  const created = sysfs.create();
  if (created === 'EBUSY') return inUse('a kdamond of somebody else is on');
  const refused = (): Absent | undefined => {
    if (created !== undefined) return kernelRefused(created);
    if (!sysfs.hasVirtualAddresses()) {
      return unsupported(
        'DAMON of this kernel does not look at virtual addresses',
        'a kernel built with CONFIG_DAMON_VADDR=y',
      );
    }
    const failure = sysfs.start(pid);
    return failure === undefined ? undefined : kernelRefused(failure);
  };
  const failure = refused();
  if (failure !== undefined) sysfs.remove();
  return failure;
}

function kernelRefused(detail: string): Absent {
  return unsupported(`the kernel refused to start DAMON (${detail})`, 'run as root');
}

function cannotHold(claimPath: string): Absent {
  return unsupported(
    `${claimPath} cannot be opened and locked, so who uses DAMON is not known`,
    'run as root, with /run on a tmpfs and files left to open (`ulimit -n`)',
  );
}

function inUse(why: string): Absent {
  return unsupported(`DAMON is in use: ${why}`, 'end the other user of DAMON (damo stop)');
}

function bootId(procRoot: string): string {
  return optionalText(`${procRoot}/sys/kernel/random/boot_id`)?.trim() ?? '';
}
