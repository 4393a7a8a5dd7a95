import type { ByteSource } from './byte-source.js';
import {
  ElfFormatError,
  readHeader,
  readNumber,
  readSection,
  readSections,
  readSegments,
  type LoadSegment,
  type Section,
} from './elf-headers.js';
import { buildSymbolTable, type RawSymbol, type SymbolTable } from './symbol-table.js';

/** Which symbols of a file are wanted: functions, or the variables and constants. */
export type SymbolUse = keyof typeof SYMBOL_TYPES;

/** What symbolising needs of an ELF file. */
export interface ElfImage {
  readonly segments: readonly LoadSegment[];
  /** The symbols wanted, by the address that the file gives them. */
  readonly symbols: SymbolTable;
  /** Which table they came from; `none` for a stripped static program. */
  readonly table: 'symtab' | 'dynsym' | 'none';
}

const SYMBOL_BYTES = 24;
const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
/** Symbol types by what they name. Thread-local objects have no address of their own. */
const SYMBOL_TYPES = { code: [STT_FUNC, STT_GNU_IFUNC], data: [STT_OBJECT] } as const;

/**
 * Reads the load segments and the symbols of one use (default: functions) of a 64-bit little-endian
 * ELF file: `.symtab` if it was kept, else `.dynsym`. Reads only the headers and those tables. Names
 * stay as they are in the file (mangled, with `.constprop.0` and the like).
 *
 * @throws ElfFormatError when the file is of another format, cut short, or absurdly large
 */
export function readElf(source: ByteSource, use: SymbolUse = 'code'): ElfImage {
  const header = readHeader(source);
  const sections = readSections(source, header);
  const chosen =
    sections.find((section) => section.type === SHT_SYMTAB && section.size >= 2 * SYMBOL_BYTES) ??
    sections.find((section) => section.type === SHT_DYNSYM);
  return {
    segments: readSegments(source, header),
    symbols:
      chosen === undefined
        ? buildSymbolTable([], Buffer.alloc(0))
        : readSymbols(source, sections, chosen, SYMBOL_TYPES[use]),
    table: chosen === undefined ? 'none' : chosen.type === SHT_SYMTAB ? 'symtab' : 'dynsym',
  };
}

/**
 * The address that symbols use for a byte of the file, or `undefined` when no segment maps it.
 * Pages at a border belong to two segments; the executable one counts.
 */
export function vaddrOfOffset(image: ElfImage, offset: number): number | undefined {
  let found: LoadSegment | undefined;
  for (const segment of image.segments) {
    const page = segment.align > 1 ? segment.offset % segment.align : 0;
    const covers = offset >= segment.offset - page && offset < segment.offset + segment.fileSize;
    if (covers && (found === undefined || segment.executable)) found = segment;
  }
  return found === undefined ? undefined : offset - found.offset + found.vaddr;
}

function readSymbols(
  source: ByteSource,
  sections: readonly Section[],
  table: Section,
  types: readonly number[],
): SymbolTable {
  const names = sections[table.link];
  if (names === undefined) throw new ElfFormatError('symbol table without a string table');
  const bytes = readSection(source, table);
  const strings = readSection(source, names);
  const symbols: RawSymbol[] = [];
  for (let at = 0; at + SYMBOL_BYTES <= bytes.length; at += SYMBOL_BYTES) {
    const type = (bytes[at + 4] as number) & 0xf;
    if (!types.includes(type)) continue;
    const sectionIndex = bytes.readUInt16LE(at + 6);
    if (sectionIndex === 0) continue; // Undefined here: it lives in another library.
    const nameOffset = bytes.readUInt32LE(at);
    const start = readNumber(bytes, at + 8);
    if (!Number.isSafeInteger(start) || nameOffset >= strings.length) continue;
    const section = sections[sectionIndex];
    if (section === undefined) continue; // An absolute symbol is no part of this file.
    symbols.push({
      start,
      size: readNumber(bytes, at + 16),
      limit: section.address + section.size,
      nameOffset,
      binding: (bytes[at + 4] as number) >> 4,
    });
  }
  return buildSymbolTable(symbols, strings);
}
