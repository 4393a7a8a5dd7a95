import { closeSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { FileSource } from '../symbols/byte-source.js';
import { ElfFormatError } from '../symbols/elf-headers.js';
import { openMappedFile } from '../symbols/mapped-file.js';
import type { Mapping } from '../symbols/maps.js';
import { mappedBinaries } from '../span-probes/mapped-binaries.js';
import { readProbedElf } from '../span-probes/probed-elf.js';
import { findV8Places, hasNodeApi, type V8Places } from './v8-places.js';

/** A process's V8. */
export interface FoundRuntime {
  /** As the process names it. */
  readonly binary: string;
  /** The open file; whoever has it closes it. */
  readonly fd: number;
  /** Where its collections begin and end; a text: the function that it has no symbol of. */
  readonly places: V8Places | string;
}

/** How distributions name the library that has the runtime, where the program itself is small. */
const LIBRARY = /^libnode\.so/;
/** Files whose answers are kept: reading the symbols of a runtime takes some ten ms. */
const MOST_KEPT = 64;

/** By file; `undefined`: it is no V8. */
const answers = new Map<string, V8Places | string | undefined>();

/** The V8 that runs the program of a process, if one does. */
export function findRuntime(pid: number, procRoot: string): FoundRuntime | undefined {
  const program = programOf(pid, procRoot);
  for (const mapping of mappedBinaries(pid, procRoot)) {
    if (mapping.path !== program && !LIBRARY.test(basename(mapping.path))) continue;
    const found = look(mapping, pid, procRoot);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Path of the program that a process runs; `undefined` when it has ended. */
export function programOf(pid: number, procRoot: string): string | undefined {
  try {
    return readlinkSync(`${procRoot}/${pid}/exe`);
  } catch {
    return undefined;
  }
}

function look(mapping: Mapping, pid: number, procRoot: string): FoundRuntime | undefined {
  const file = openMappedFile(procRoot, pid, mapping);
  if (file === undefined) return undefined;
  let places: V8Places | string | undefined;
  try {
    places = answers.has(file.identity) ? answers.get(file.identity) : read(file.fd);
  } finally {
    if (places === undefined) closeSync(file.fd);
  }
  keep(file.identity, places);
  return places === undefined ? undefined : { binary: mapping.path, fd: file.fd, places };
}

function read(fd: number): V8Places | string | undefined {
  try {
    const elf = readProbedElf(new FileSource(fd));
    return hasNodeApi(elf) ? findV8Places(elf) : undefined;
  } catch (error) {
    if (error instanceof ElfFormatError) return undefined;
    throw error;
  }
}

function keep(identity: string, places: V8Places | string | undefined): void {
  answers.delete(identity);
  answers.set(identity, places);
  if (answers.size > MOST_KEPT) answers.delete(answers.keys().next().value!);
}
