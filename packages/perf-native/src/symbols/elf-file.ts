import type { ByteSource } from './byte-source.js';
import { buildSymbolTable, type RawSymbol, type SymbolTable } from './symbol-table.js';

/** The bytes are not an ELF file that hftmon can read. */
export class ElfFormatError extends Error {
  override readonly name = 'ElfFormatError';
}

/** A part of the file that the loader maps. */
export interface LoadSegment {
  /** Where it begins in the file, bytes. */
  readonly offset: number;
  /** Bytes of the file that it takes. */
  readonly fileSize: number;
  /** Address that the symbols use. */
  readonly vaddr: number;
  readonly align: number;
  readonly executable: boolean;
}

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

interface Section {
  readonly type: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const SECTION_HEADER_BYTES = 64;
const SYMBOL_BYTES = 24;
const PT_LOAD = 1;
const PF_X = 1;
const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
/** Symbol types by what they name. Thread-local objects have no address of their own. */
const SYMBOL_TYPES = { code: [STT_FUNC, STT_GNU_IFUNC], data: [STT_OBJECT] } as const;
/** A hostile or broken file must not make the monitor allocate without bound. */
const MAX_TABLE_BYTES = 512 * 1024 * 1024;
const MAX_HEADERS = 65_536;

/**
 * Reads the load segments and the symbols of one use (default: functions) of a 64-bit little-endian
 * ELF file: `.symtab` if it was kept, else `.dynsym`. Reads only the headers and those tables. Names
 * stay as they are in the file (mangled, with `.constprop.0` and the like).
 *
 * @throws ElfFormatError when the file is of another format, cut short, or absurdly large
 */
export function readElf(source: ByteSource, use: SymbolUse = 'code'): ElfImage {
  const header = source.read(0, HEADER_BYTES);
  if (header.length < HEADER_BYTES || header.readUInt32BE(0) !== 0x7f454c46) {
    throw new ElfFormatError('no ELF header');
  }
  if (header[4] !== 2 || header[5] !== 1) {
    throw new ElfFormatError('not a 64-bit little-endian ELF file');
  }
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

function readSegments(source: ByteSource, header: Buffer): LoadSegment[] {
  const count = header.readUInt16LE(56);
  const stride = header.readUInt16LE(54);
  if (count === 0) return [];
  if (stride < PROGRAM_HEADER_BYTES) throw new ElfFormatError('program headers too small');
  const bytes = source.read(readNumber(header, 32), count * stride);
  const segments: LoadSegment[] = [];
  for (let at = 0; at + PROGRAM_HEADER_BYTES <= bytes.length; at += stride) {
    if (bytes.readUInt32LE(at) !== PT_LOAD) continue;
    segments.push({
      executable: (bytes.readUInt32LE(at + 4) & PF_X) !== 0,
      offset: readNumber(bytes, at + 8),
      vaddr: readNumber(bytes, at + 16),
      fileSize: readNumber(bytes, at + 32),
      align: readNumber(bytes, at + 48),
    });
  }
  return segments;
}

function readSections(source: ByteSource, header: Buffer): Section[] {
  const offset = readNumber(header, 40);
  const stride = header.readUInt16LE(58);
  // A program whose section headers were stripped as well has none; that is legal.
  if (offset === 0 || stride < SECTION_HEADER_BYTES) return [];
  let count = header.readUInt16LE(60);
  if (count === 0) {
    // With 0xff00 sections or more the count moves into the size of section 0.
    const first = source.read(offset, SECTION_HEADER_BYTES);
    count = first.length === SECTION_HEADER_BYTES ? readNumber(first, 32) : 0;
  }
  const bytes = source.read(offset, Math.min(count, MAX_HEADERS) * stride);
  const sections: Section[] = [];
  for (let at = 0; at + SECTION_HEADER_BYTES <= bytes.length; at += stride) {
    sections.push({
      type: bytes.readUInt32LE(at + 4),
      address: readNumber(bytes, at + 16),
      offset: readNumber(bytes, at + 24),
      size: readNumber(bytes, at + 32),
      link: bytes.readUInt32LE(at + 40),
    });
  }
  return sections;
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

function readSection(source: ByteSource, section: Section): Buffer {
  if (section.size > MAX_TABLE_BYTES || section.offset + section.size > source.size) {
    throw new ElfFormatError('a table lies outside the file or is too large');
  }
  return source.read(section.offset, section.size);
}

/** A 64-bit field as a double: exact up to 2^53, beyond every file offset and link address. */
function readNumber(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
}
