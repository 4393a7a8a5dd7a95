import { readFileSync } from 'node:fs';
import { ElfCache } from './elf-cache.js';
import { vaddrOfOffset, type ElfImage } from './elf-file.js';
import { openMappedFile } from './mapped-file.js';
import { parseMaps, type MemoryMap, type Mapping } from './maps.js';

/** A variable or constant of a program or library. */
export interface DataSymbol {
  /** As in the symbol table, not demangled. */
  readonly name: string;
  /** First address in the process. */
  readonly start: bigint;
  /** Bytes. */
  readonly size: number;
  /** File that defines it. */
  readonly module: string;
}

/** What is at an address that holds data. */
export interface DataPlace {
  readonly mapping: Mapping;
  /** Absent for the heap, stacks, and what the symbol tables do not tell. */
  readonly symbol?: DataSymbol;
}

/** Memory that symbol tables of files may take, bytes. */
const CACHE_BYTES = 64 * 1024 * 1024;

/**
 * Names data addresses of live processes: the mapping, and the variable of an ELF file. Works on
 * demand and synchronously, like the symboliser of code.
 */
export class DataSymbols {
  readonly #procRoot: string;
  readonly #elfs = new ElfCache(CACHE_BYTES, 'data');

  constructor(procRoot = '/proc') {
    this.#procRoot = procRoot;
  }

  /**
   * Reads the mappings of a process as they are now.
   * @throws NodeJS.ErrnoException EACCES without CAP_SYS_PTRACE over the process, ENOENT or ESRCH
   *   when it is gone
   */
  readMap(pid: number): MemoryMap {
    return parseMaps(readFileSync(`${this.#procRoot}/${pid}/maps`, 'utf8'));
  }

  /** What is at an address, or `undefined` where nothing is mapped. */
  find(pid: number, map: MemoryMap, address: bigint): DataPlace | undefined {
    const mapping = map.find(address);
    if (mapping === undefined) return undefined;
    const backed = fileOf(map, mapping);
    const symbol = backed === undefined ? undefined : this.#symbol(pid, map, backed, address);
    return symbol === undefined ? { mapping } : { mapping, symbol };
  }

  #symbol(pid: number, map: MemoryMap, backed: Mapping, address: bigint): DataSymbol | undefined {
    const file = openMappedFile(this.#procRoot, pid, backed);
    const image = file === undefined ? undefined : this.#elfs.load(file);
    const bias = image === undefined ? undefined : loadBias(image, map, backed);
    if (image === undefined || bias === undefined) return undefined;
    const match = image.symbols.find(Number(address - bias));
    if (match === undefined) return undefined;
    return {
      name: match.name,
      start: bias + BigInt(match.start),
      size: match.end - match.start,
      module: backed.path,
    };
  }
}

/** The mapping itself, or the one of a file that it goes on from: there `.bss` begins. */
function fileOf(map: MemoryMap, mapping: Mapping): Mapping | undefined {
  if (mapping.path.startsWith('/')) return mapping;
  if (mapping.path !== '' && !mapping.path.startsWith('[anon:')) return undefined;
  const before = map.find(mapping.start - 1n);
  return before?.path.startsWith('/') === true && before.writable ? before : undefined;
}

/**
 * What was added to the addresses of a file when it was loaded, from where its first page lies: a
 * page at the border of two segments is mapped twice, so others can mislead.
 */
function loadBias(
  image: ElfImage,
  map: MemoryMap,
  { start, ...file }: Mapping,
): bigint | undefined {
  const first = map.mappings
    .filter(
      (mapping) =>
        mapping.start <= start &&
        mapping.offset === 0n &&
        mapping.inode === file.inode &&
        mapping.major === file.major &&
        mapping.minor === file.minor,
    )
    .at(-1);
  const vaddr = vaddrOfOffset(image, 0);
  return first === undefined || vaddr === undefined ? undefined : first.start - BigInt(vaddr);
}
