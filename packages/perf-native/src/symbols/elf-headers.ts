import type { ByteSource } from './byte-source.js';

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

/** A section, by its header. */
export interface Section {
  /** Where its name begins in the section that holds the names. */
  readonly nameOffset: number;
  readonly type: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const SECTION_HEADER_BYTES = 64;
const PT_LOAD = 1;
const PF_X = 1;
/** A hostile or broken file must not make the monitor allocate without bound. */
const MAX_TABLE_BYTES = 512 * 1024 * 1024;
const MAX_HEADERS = 65_536;

/**
 * Reads the header of a 64-bit little-endian ELF file.
 * @throws ElfFormatError when it is of another format
 */
export function readHeader(source: ByteSource): Buffer {
  const header = source.read(0, HEADER_BYTES);
  if (header.length < HEADER_BYTES || header.readUInt32BE(0) !== 0x7f454c46) {
    throw new ElfFormatError('no ELF header');
  }
  if (header[4] !== 2 || header[5] !== 1) {
    throw new ElfFormatError('not a 64-bit little-endian ELF file');
  }
  return header;
}

/** What the loader maps. */
export function readSegments(source: ByteSource, header: Buffer): LoadSegment[] {
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

/** All sections; none when their headers were stripped as well, which is legal. */
export function readSections(source: ByteSource, header: Buffer): Section[] {
  const offset = readNumber(header, 40);
  const stride = header.readUInt16LE(58);
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
      nameOffset: bytes.readUInt32LE(at),
      type: bytes.readUInt32LE(at + 4),
      address: readNumber(bytes, at + 16),
      offset: readNumber(bytes, at + 24),
      size: readNumber(bytes, at + 32),
      link: bytes.readUInt32LE(at + 40),
    });
  }
  return sections;
}

/** The bytes of a section. @throws ElfFormatError when it lies outside the file, or is too large */
export function readSection(source: ByteSource, section: Section): Buffer {
  if (section.size > MAX_TABLE_BYTES || section.offset + section.size > source.size) {
    throw new ElfFormatError('a table lies outside the file or is too large');
  }
  return source.read(section.offset, section.size);
}

/** A 64-bit field as a double: exact up to 2^53, beyond every file offset and link address. */
export function readNumber(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
}
