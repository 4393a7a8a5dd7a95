import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CgroupDirectory, CgroupRef } from '@hftmon/core';
import { containerOf } from './container.js';
import { readText } from './read.js';

/** Directories looked at in one scan: far above what hosts have. */
const MAX_DIRECTORIES = 20_000;
/** Cgroups remembered, also those that are gone. */
const REMEMBERED = 65_536;
/** Shortest time between two scans. */
const SCAN_EVERY_MS = 1000;

/**
 * Cgroups of one hierarchy by id, by default those of cgroup2. On 64-bit kernels the id is the inode
 * number of the cgroup's directory, in that hierarchy alone; the hierarchy is scanned when an id is
 * asked for that is not known. A directory that has gone since it was seen is remembered.
 */
export class Cgroups implements CgroupDirectory {
  readonly #procRoot: string;
  readonly #nowMs: () => number;
  readonly #mountOf: (mountinfo: string) => string | undefined;
  readonly #known = new Map<number, CgroupRef>();
  #scannedMs = -Infinity;

  /**
   * @param nowMs - clock for the pace of scans
   * @param mountOf - finds the hierarchy in /proc/self/mountinfo
   */
  constructor(
    procRoot = '/proc',
    nowMs: () => number = () => performance.now(),
    mountOf: (mountinfo: string) => string | undefined = cgroup2Mount,
  ) {
    this.#procRoot = procRoot;
    this.#nowMs = nowMs;
    this.#mountOf = mountOf;
  }

  lookup(cgroupId: number): CgroupRef | undefined {
    const known = this.#known.get(cgroupId);
    if (known !== undefined) return known;
    const nowMs = this.#nowMs();
    if (nowMs - this.#scannedMs < SCAN_EVERY_MS) return undefined;
    this.#scannedMs = nowMs;
    this.#scan();
    return this.#known.get(cgroupId);
  }

  #scan(): void {
    const mount = this.#mountOf(readText(`${this.#procRoot}/self/mountinfo`) ?? '');
    if (mount === undefined) return;
    const queue = [''];
    for (let i = 0; i < queue.length && i < MAX_DIRECTORIES; i++) {
      const path = queue[i]!;
      const directory = join(mount, path);
      const inode = statSync(directory, { throwIfNoEntry: false })?.ino;
      if (inode === undefined) continue; // removed since its parent was listed
      this.#remember(inode, path === '' ? '/' : path);
      for (const name of subdirectories(directory)) queue.push(`${path}/${name}`);
    }
  }

  #remember(id: number, path: string): void {
    if (this.#known.get(id)?.path === path) return;
    const container = containerOf(path);
    this.#known.set(id, { path, ...(container === undefined ? {} : { container }) });
    if (this.#known.size <= REMEMBERED) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

/** Where the unified hierarchy is mounted, from /proc/self/mountinfo. */
export function cgroup2Mount(mountinfo: string): string | undefined {
  return findMount(mountinfo, (type) => type === 'cgroup2');
}

/**
 * Where the hierarchy that the CPU controller belongs to is mounted: one of the first version where
 * the controller was given to it, else the unified one.
 */
export function cpuCgroupMount(mountinfo: string): string | undefined {
  const v1 = findMount(mountinfo, (type, options) => type === 'cgroup' && options.includes('cpu'));
  return v1 ?? cgroup2Mount(mountinfo);
}

function findMount(
  mountinfo: string,
  isWanted: (type: string, options: readonly string[]) => boolean,
): string | undefined {
  for (const line of mountinfo.split('\n')) {
    const [mounted, rest = ''] = line.split(' - ');
    const [type = '', , options = ''] = rest.split(' ');
    if (isWanted(type, options.split(','))) {
      // Blanks and the like are written as \040.
      return mounted!
        .split(' ')[4]
        ?.replace(/\\([0-7]{3})/g, (_, octal: string) =>
          String.fromCharCode(Number.parseInt(octal, 8)),
        );
    }
  }
  return undefined;
}

function subdirectories(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return []; // removed, or not ours to read
  }
}
