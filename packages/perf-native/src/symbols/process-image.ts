import { readFileSync, readdirSync } from 'node:fs';
import { parseStat } from '@hftmon/core';
import { readText } from '../proc/read.js';
import type { ElfCache } from './elf-cache.js';
import { vaddrOfOffset, type ElfImage } from './elf-file.js';
import { MemoryMap, fileOffset, parseMaps, type Mapping } from './maps.js';
import { identityByPath, openMappedFile } from './mapped-file.js';
import { PerfMapFile } from './perf-map-file.js';
import { VDSO, type Vdso } from './vdso.js';

/** What is at an address. */
export interface Resolved {
  readonly symbol: string | undefined;
  /** First address of the symbol. */
  readonly start: bigint | undefined;
  readonly module: string | undefined;
}

/** What the images of all processes share. */
export interface SharedSymbols {
  readonly procRoot: string;
  readonly elfs: ElfCache;
  readonly vdso: () => Vdso | undefined;
  readonly nowMs: () => number;
  /** Answers kept per process. */
  readonly answerLimit: number;
}

/** Module of functions that were compiled at run time and named by a perf map. */
export const JIT = '[jit]';
/** Mappings of a busy process change; but reading them holds its mmap lock, so not too often. */
const MAPS_MAX_AGE_MS = 5_000;
/** An unknown address may be in a library loaded since. Doubled while that proves wrong. */
const MISS_WAIT_MS = 100;
const PERF_MAP_AGE_MS = 250;
const NOTHING: Resolved = { symbol: undefined, start: undefined, module: undefined };

/**
 * The executable mappings of one process and their symbols. It goes on answering from what it
 * knows after the process has ended, and is never mixed up with a later process of the same pid.
 */
export class ProcessImage {
  readonly pid: number;
  readonly startTimeTicks: number;
  readonly #shared: SharedSymbols;
  readonly #perfMap: PerfMapFile;
  readonly #answers = new Map<bigint, Resolved>();
  /** Identity of the file behind a mapping; empty when that file cannot be read any more. */
  #identities = new Map<Mapping, string>();
  #map: MemoryMap;
  #signature: string;
  #mapsReadMs: number;
  #missWaitMs = MISS_WAIT_MS;
  #perfMapReadMs: number;

  private constructor(shared: SharedSymbols, pid: number, startTimeTicks: number, map: MemoryMap) {
    this.#shared = shared;
    this.pid = pid;
    this.startTimeTicks = startTimeTicks;
    this.#map = map;
    this.#signature = signatureOf(map);
    this.#mapsReadMs = this.#perfMapReadMs = shared.nowMs();
    this.#perfMap = new PerfMapFile(shared.procRoot, pid, startTimeTicks);
    this.#perfMap.refresh();
    this.#identifyFiles();
  }

  /**
   * Reads the mappings of a live process.
   *
   * @throws NodeJS.ErrnoException EACCES without CAP_SYS_PTRACE over the process, ENOENT or ESRCH
   *   when it is gone
   */
  static capture(shared: SharedSymbols, pid: number): ProcessImage {
    const startTimeTicks = startTimeOf(shared.procRoot, pid);
    if (startTimeTicks === undefined) {
      throw Object.assign(new Error(`no process ${pid}`), { code: 'ENOENT' });
    }
    return new ProcessImage(shared, pid, startTimeTicks, readMap(shared.procRoot, pid));
  }

  /** Called once before the addresses of a stack are looked up. */
  beginStack(): void {
    const now = this.#shared.nowMs();
    if (now - this.#mapsReadMs >= MAPS_MAX_AGE_MS) this.refresh();
    if (now - this.#perfMapReadMs >= PERF_MAP_AGE_MS) this.#refreshPerfMap();
  }

  /** Reads the mappings again; true when they changed. What is known stays after the end. */
  refresh(): boolean {
    const { procRoot, nowMs } = this.#shared;
    this.#mapsReadMs = nowMs();
    if (startTimeOf(procRoot, this.pid) !== this.startTimeTicks) return false;
    let map: MemoryMap;
    try {
      map = readMap(procRoot, this.pid);
    } catch {
      return false;
    }
    const signature = signatureOf(map);
    if (map.mappings.length === 0 || signature === this.#signature) return false;
    this.#map = map;
    this.#signature = signature;
    this.#identities = new Map();
    this.#answers.clear();
    this.#identifyFiles();
    return true;
  }

  /** What is at the address. */
  resolve(address: bigint): Resolved {
    const known = this.#answers.get(address);
    if (known !== undefined) return known;
    const answer = this.#lookUp(address);
    // Nothing may be there yet; ask again the next time.
    if (answer === NOTHING) return answer;
    if (this.#answers.size >= this.#shared.answerLimit) this.#answers.clear();
    this.#answers.set(address, answer);
    return answer;
  }

  #lookUp(address: bigint): Resolved {
    let mapping = this.#map.find(address);
    if (mapping === undefined && this.#shared.nowMs() - this.#mapsReadMs >= this.#missWaitMs) {
      // Garbage that an unwinder took for addresses must not keep us reading the maps.
      this.#missWaitMs = this.refresh()
        ? MISS_WAIT_MS
        : Math.min(2 * this.#missWaitMs, MAPS_MAX_AGE_MS);
      mapping = this.#map.find(address);
    }
    const compiled = mapping === undefined ? undefined : this.#inFile(mapping, address);
    if (compiled?.symbol !== undefined) return compiled;
    return this.#inPerfMap(address) ?? compiled ?? NOTHING;
  }

  #inFile(mapping: Mapping, address: bigint): Resolved {
    const module = mapping.path === '' ? undefined : mapping.path;
    const image = this.#imageOf(mapping);
    if (image === undefined) return { ...NOTHING, module };
    const vaddr = vaddrOfOffset(image, fileOffset(mapping, address));
    const match = vaddr === undefined ? undefined : image.symbols.find(vaddr);
    if (vaddr === undefined || match === undefined) return { ...NOTHING, module };
    return { symbol: match.name, start: address - BigInt(vaddr - match.start), module };
  }

  #inPerfMap(address: bigint): Resolved | undefined {
    let match = this.#perfMap.find(address);
    if (match === undefined && this.#refreshPerfMap()) match = this.#perfMap.find(address);
    return match === undefined
      ? undefined
      : { symbol: match.name, start: match.start, module: JIT };
  }

  #refreshPerfMap(): boolean {
    this.#perfMapReadMs = this.#shared.nowMs();
    const grown = this.#perfMap.refresh();
    // A JIT reuses addresses, so any answer from before may be out of date.
    if (grown) this.#answers.clear();
    return grown;
  }

  #imageOf(mapping: Mapping): ElfImage | undefined {
    if (mapping.path === VDSO) {
      const vdso = this.#shared.vdso();
      const same = vdso !== undefined && BigInt(vdso.size) === mapping.end - mapping.start;
      return same ? vdso.image : undefined;
    }
    const identity = this.#identities.get(mapping);
    if (identity === '') return undefined;
    if (identity !== undefined) {
      const held = this.#shared.elfs.get(identity);
      if (held.known) return held.image;
    }
    return this.#open(mapping);
  }

  #open(mapping: Mapping): ElfImage | undefined {
    const file = openMappedFile(this.#shared.procRoot, this.pid, mapping);
    const expected = this.#identities.get(mapping) ?? file?.identity;
    const image = file === undefined ? undefined : this.#shared.elfs.load(file);
    // Another file at the path of the mapped one would give wrong names: then rather none.
    const same = file !== undefined && file.identity === expected;
    this.#identities.set(mapping, same ? file.identity : '');
    return same ? image : undefined;
  }

  /**
   * Notes which files are meant. Deleted ones and those of containers are read at once, for they
   * can be reached only while the process lives.
   */
  #identifyFiles(): void {
    for (const mapping of this.#map.mappings) {
      if (!mapping.path.startsWith('/')) continue;
      const identity = identityByPath(mapping);
      if (identity === undefined) this.#open(mapping);
      else this.#identities.set(mapping, identity);
    }
  }
}

function startTimeOf(procRoot: string, pid: number): number | undefined {
  return parseStat(readText(`${procRoot}/${pid}/stat`) ?? '')?.startTimeTicks;
}

function readMap(procRoot: string, pid: number): MemoryMap {
  const own = parseMaps(readFileSync(`${procRoot}/${pid}/maps`, 'utf8'), { executableOnly: true });
  if (own.mappings.length > 0) return own;
  // The main thread has called pthread_exit(); the others still have the memory.
  for (const tid of readdirSync(`${procRoot}/${pid}/task`)) {
    const text = readText(`${procRoot}/${pid}/task/${tid}/maps`) ?? '';
    const map = parseMaps(text, { executableOnly: true });
    if (map.mappings.length > 0) return map;
  }
  return own;
}

function signatureOf(map: MemoryMap): string {
  return map.mappings
    .map((m) => [m.start, m.end, m.offset, m.major, m.minor, m.inode, m.path, m.deleted].join())
    .join('\n');
}
