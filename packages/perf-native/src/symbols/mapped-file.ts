import { closeSync, constants, fstatSync, openSync, statSync, type BigIntStats } from 'node:fs';
import type { Mapping } from './maps.js';

/** A mapped file that was opened, and what tells its content from every other. */
export interface OpenedFile {
  readonly fd: number;
  /** Device, inode, size and time of change: an inode number alone comes back after a rebuild. */
  readonly identity: string;
}

/**
 * Identity of the mapped file if its path still names it here, in our mount namespace. While it
 * is mapped its inode number cannot come back, so device and inode decide; once the process has
 * ended only the identity taken before does.
 */
export function identityByPath(mapping: Mapping): string | undefined {
  if (mapping.deleted || !mapping.path.startsWith('/')) return undefined;
  const stat = statOf(mapping.path);
  const same =
    stat !== undefined &&
    stat.isFile() &&
    stat.ino === mapping.inode &&
    majorOf(stat.dev) === mapping.major &&
    minorOf(stat.dev) === mapping.minor;
  return same ? identityOf(stat) : undefined;
}

/**
 * Opens the very file that a process mapped, or nothing: by its path if that still names the same
 * device and inode, else through `/proc/PID/map_files` (also for deleted files; root only), else
 * by its path inside the process's root (containers). The latter two need the process alive.
 */
export function openMappedFile(
  procRoot: string,
  pid: number,
  mapping: Mapping,
): OpenedFile | undefined {
  if (!mapping.path.startsWith('/')) return undefined;
  if (identityByPath(mapping) !== undefined) return openRegular(mapping.path);
  const range = `${mapping.start.toString(16)}-${mapping.end.toString(16)}`;
  const exact = openRegular(`${procRoot}/${pid}/map_files/${range}`);
  if (exact !== undefined || mapping.deleted) return exact;
  return openRegular(`${procRoot}/${pid}/root${mapping.path}`);
}

/**
 * Opens regular files alone, checked before: opening a device or a FIFO that the target mapped
 * could block or do something.
 */
function openRegular(path: string): OpenedFile | undefined {
  if (statOf(path)?.isFile() !== true) return undefined;
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  const stat = fstatSync(fd, { bigint: true });
  if (!stat.isFile()) {
    closeSync(fd);
    return undefined;
  }
  return { fd, identity: identityOf(stat) };
}

function identityOf(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`;
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

// How glibc packs st_dev (gnu_dev_major and gnu_dev_minor).
function majorOf(dev: bigint): number {
  return Number(((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n));
}

function minorOf(dev: bigint): number {
  return Number((dev & 0xffn) | ((dev >> 12n) & 0xffffff00n));
}
