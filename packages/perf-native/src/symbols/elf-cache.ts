import { FileSource } from './byte-source.js';
import { readElf, type ElfImage, type SymbolUse } from './elf-file.js';
import type { OpenedFile } from './mapped-file.js';

/** Memory that one entry takes besides its table, bytes; an estimate. */
const ENTRY_BYTES = 1024;

/**
 * Symbol tables of files, shared by all processes that map them. Bounded: the table that was not
 * asked for the longest goes first.
 */
export class ElfCache {
  readonly #limitBytes: number;
  readonly #use: SymbolUse;
  /** In the order of their last use. `undefined`: the file is no ELF file that can be read. */
  readonly #images = new Map<string, ElfImage | undefined>();
  #bytes = 0;

  constructor(limitBytes = 128 * 1024 * 1024, use: SymbolUse = 'code') {
    this.#limitBytes = limitBytes;
    this.#use = use;
  }

  /** Memory held, bytes. */
  get byteLength(): number {
    return this.#bytes;
  }

  /** A table by identity, if it is still held; `known` tells "no ELF file" from "not held". */
  get(identity: string): { readonly known: boolean; readonly image: ElfImage | undefined } {
    if (!this.#images.has(identity)) return { known: false, image: undefined };
    const image = this.#images.get(identity);
    this.#images.delete(identity);
    this.#images.set(identity, image);
    return { known: true, image };
  }

  /** Reads the table of an opened file unless it is held, and closes the file. */
  load(file: OpenedFile): ElfImage | undefined {
    const source = new FileSource(file.fd);
    try {
      const held = this.get(file.identity);
      if (held.known) return held.image;
      const image = readImage(source, this.#use);
      this.#images.set(file.identity, image);
      this.#bytes += bytesOf(image);
      this.#evict(file.identity);
      return image;
    } finally {
      source.close();
    }
  }

  clear(): void {
    this.#images.clear();
    this.#bytes = 0;
  }

  #evict(newest: string): void {
    for (const [identity, image] of this.#images) {
      if (this.#bytes <= this.#limitBytes || identity === newest) return;
      this.#images.delete(identity);
      this.#bytes -= bytesOf(image);
    }
  }
}

function bytesOf(image: ElfImage | undefined): number {
  return ENTRY_BYTES + (image?.symbols.byteLength ?? 0);
}

/** Whatever is wrong with a file of the target (format, size, I/O), it has no symbols for us. */
function readImage(source: FileSource, use: SymbolUse): ElfImage | undefined {
  try {
    return readElf(source, use);
  } catch {
    return undefined;
  }
}
