import type { ByteSource } from '../symbols/byte-source.js';
import { readNumber, readSection, type Section } from '../symbols/elf-headers.js';

/** A function of a file, under one of its names. */
export interface ElfFunction {
  readonly name: string;
  /** Address that the file gives it. */
  readonly address: number;
  /** The symbol is that of code that chooses the function when the file is loaded. */
  readonly indirect: boolean;
}

const SYMBOL_BYTES = 24;
const SYMBOL_TABLES = [2, 11]; // SHT_SYMTAB, SHT_DYNSYM
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;

/**
 * Functions by name. Unlike the symboliser's table it has every alias, of both symbol tables.
 */
export class ElfFunctions {
  readonly #tables: readonly { readonly symbols: Buffer; readonly strings: Buffer }[];

  /** @throws ElfFormatError when a table can't be read */
  constructor(source: ByteSource, sections: readonly Section[]) {
    this.#tables = sections
      .filter(({ type }) => SYMBOL_TABLES.includes(type))
      .map((table) => {
        const names = sections[table.link];
        return {
          symbols: readSection(source, table),
          strings: names === undefined ? Buffer.alloc(0) : readSection(source, names),
        };
      });
  }

  /** Those whose names begin so, each address once. */
  startingWith(prefix: string): ElfFunction[] {
    const found = new Map<number, ElfFunction>();
    for (const { symbols, strings } of this.#tables) {
      const places = placesOf(prefix, strings);
      if (places?.size === 0) continue;
      for (let at = 0; at + SYMBOL_BYTES <= symbols.length; at += SYMBOL_BYTES) {
        const nameAt = symbols.readUInt32LE(at);
        if (places === undefined ? nameAt >= strings.length : !places.has(nameAt)) continue;
        const type = symbols[at + 4]! & 0xf;
        if (type !== STT_FUNC && type !== STT_GNU_IFUNC) continue;
        if (symbols.readUInt16LE(at + 6) === 0) continue; // Of another library.
        const name = strings.toString('utf8', nameAt, strings.indexOf(0, nameAt));
        const address = readNumber(symbols, at + 8);
        if (!found.has(address)) {
          found.set(address, { name, address, indirect: type === STT_GNU_IFUNC });
        }
      }
    }
    return [...found.values()];
  }

  /** Those of that very name: several static ones may have the same. */
  named(name: string): ElfFunction[] {
    return this.startingWith(`${name}\0`).map((found) => ({ ...found, name }));
  }
}

/** Where names begin so, the ends of other names included; `undefined`: anywhere. */
function placesOf(prefix: string, strings: Buffer): Set<number> | undefined {
  if (prefix === '') return undefined;
  const places = new Set<number>();
  for (let at = strings.indexOf(prefix); at >= 0; at = strings.indexOf(prefix, at + 1)) {
    places.add(at);
  }
  return places;
}
