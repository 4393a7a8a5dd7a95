import { readFileSync } from 'node:fs';
import { parseMaps, type MemoryMap } from '@hftmon/perf-native';

/** Shortest time between two readings of one process's map, ms: reading takes its memory's lock. */
const REREAD_AFTER_MS = 1000;
const MOST_PROCESSES = 64;

interface Read {
  readonly map: MemoryMap | undefined;
  readonly atMs: number;
}

/** What is mapped where in a process, from /proc/PID/maps, read when first asked for. */
export class Mappings {
  readonly #procRoot: string;
  readonly #processes = new Map<number, Read>();

  constructor(procRoot: string) {
    this.#procRoot = procRoot;
  }

  /** File, `[heap]`, `[stack]` … or `[anonymous]` at an address; `undefined` if it isn't known. */
  at(pid: number, address: bigint): string | undefined {
    if (pid === 0) return undefined;
    const known = this.#processes.get(pid);
    let mapping = known?.map?.find(address);
    if (
      mapping === undefined &&
      !(performance.now() - (known?.atMs ?? -Infinity) < REREAD_AFTER_MS)
    ) {
      mapping = this.#read(pid)?.find(address);
    }
    if (mapping === undefined) return undefined;
    return mapping.path === '' ? '[anonymous]' : mapping.path;
  }

  /** Forgets a process. */
  release(pid: number): void {
    this.#processes.delete(pid);
  }

  #read(pid: number): MemoryMap | undefined {
    const map = this.#parse(pid);
    this.#processes.delete(pid);
    this.#processes.set(pid, { map, atMs: performance.now() });
    for (const oldest of this.#processes.keys()) {
      if (this.#processes.size <= MOST_PROCESSES) break;
      this.#processes.delete(oldest);
    }
    return map;
  }

  #parse(pid: number): MemoryMap | undefined {
    try {
      return parseMaps(readFileSync(`${this.#procRoot}/${pid}/maps`, 'utf8'));
    } catch {
      return undefined;
    }
  }
}
