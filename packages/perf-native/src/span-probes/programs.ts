import { readlinkSync } from 'node:fs';

/** What a program maps at its start, its libraries, is mapped within that time, ms. */
const STARTING_MS = 250;

interface Program {
  readonly path: string;
  readonly sinceMs: number;
}

/** The programs that processes run. */
export class Programs {
  readonly #procRoot: string;
  readonly #known = new Map<number, Program>();

  constructor(procRoot: string) {
    this.#procRoot = procRoot;
  }

  /** Was it executed a moment ago? */
  isNew(pid: number, nowMs: number): boolean {
    const path = this.#pathOf(pid);
    const known = this.#known.get(pid);
    if (known?.path === path) return nowMs - known.sinceMs < STARTING_MS;
    // Of the first one it is not known since when it runs.
    this.#known.set(pid, { path, sinceMs: known === undefined ? -Infinity : nowMs });
    return known !== undefined;
  }

  forget(pid: number): void {
    this.#known.delete(pid);
  }

  #pathOf(pid: number): string {
    try {
      return readlinkSync(`${this.#procRoot}/${pid}/exe`);
    } catch {
      // It has ended, which the session notices.
      return '';
    }
  }
}
