import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { BufferSource } from './byte-source.js';
import { readElf, type ElfImage } from './elf-file.js';
import { parseMaps } from './maps.js';

/** Name of the mapping in /proc/PID/maps. */
export const VDSO = '[vdso]';

/** The vDSO of 64-bit processes and its size in bytes. */
export interface Vdso {
  readonly image: ElfImage;
  readonly size: number;
}

/**
 * Reads the vDSO (the kernel's code for `clock_gettime` and the like, which is in no file) from
 * our own memory: the kernel maps the same image into every 64-bit process. `undefined` when
 * there is none.
 */
export function readVdso(procRoot = '/proc'): Vdso | undefined {
  try {
    const map = parseMaps(readFileSync(`${procRoot}/self/maps`, 'latin1'));
    const mapping = map.mappings.find((candidate) => candidate.path === VDSO);
    if (mapping === undefined) return undefined;
    const bytes = Buffer.alloc(Number(mapping.end - mapping.start));
    const memory = openSync(`${procRoot}/self/mem`, 'r');
    try {
      const count = readSync(memory, bytes, 0, bytes.length, mapping.start);
      return { image: readElf(new BufferSource(bytes.subarray(0, count))), size: bytes.length };
    } finally {
      closeSync(memory);
    }
  } catch {
    return undefined;
  }
}
