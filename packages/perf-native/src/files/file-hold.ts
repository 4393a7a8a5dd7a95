import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { takeFileLock } from '../native/file-lock-bindings.js';

/**
 * Why a file is not held: somebody else holds it; it is not there (any more); or that can't be
 * told, on a file system without locks or because it may not be opened.
 */
export type Unheld = 'held' | 'gone' | 'unknown';

const EWOULDBLOCK = 11;

/**
 * Holds a file or a directory by flock(2) until it is released or this process ends, however it
 * does. A pid means nothing to a monitor in another pid namespace that shares the directory (a
 * container); a lock does. So what this process would leave behind when killed is held while it
 * is in use, and removed by others only when they can hold it themselves.
 */
export class FileHold implements Disposable {
  #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Holds it if nobody does. Does not wait, and follows no symbolic link. */
  static take(path: string): FileHold | Unheld {
    const fd = open(path);
    if (typeof fd === 'string') return fd;
    const hold = new FileHold(fd);
    const result = takeFileLock()(fd);
    if (result === 0 && isAt(path, fd)) return hold;
    hold.release();
    if (result === 0) return 'gone';
    return result === -EWOULDBLOCK ? 'held' : 'unknown';
  }

  /** Idempotent. */
  release(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

function open(path: string): number | 'gone' | 'unknown' {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'unknown';
  }
}

/** Whoever held it before may have removed it, and another may be in its place. */
function isAt(path: string, fd: number): boolean {
  const there = lstatSync(path, { throwIfNoEntry: false });
  const { dev, ino } = fstatSync(fd);
  return there !== undefined && there.ino === ino && there.dev === dev;
}
