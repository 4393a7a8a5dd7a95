import type { ByteSource } from '../symbols/byte-source.js';
import {
  readHeader,
  readSection,
  readSections,
  readSegments,
  type LoadSegment,
  type Section,
} from '../symbols/elf-headers.js';

/** A section with its name. */
export interface NamedSection extends Section {
  readonly name: string;
}

/** A program or library, as far as it concerns those who put probes into it. */
export interface ProbedElf {
  readonly source: ByteSource;
  readonly sections: readonly NamedSection[];
  readonly segments: readonly LoadSegment[];
}

/** Index of the section that holds the names, in the header. */
const NAMES_INDEX = 62;

/** @throws ElfFormatError when it is no 64-bit little-endian ELF file */
export function readProbedElf(source: ByteSource): ProbedElf {
  const header = readHeader(source);
  const sections = readSections(source, header);
  const table = sections[header.readUInt16LE(NAMES_INDEX)];
  const names = table === undefined ? Buffer.alloc(0) : readSection(source, table);
  return {
    source,
    sections: sections.map((section) => ({ ...section, name: nameAt(names, section.nameOffset) })),
    segments: readSegments(source, header),
  };
}

/** Where in the file the byte of an address is; `undefined` when no such segment has it. */
export function offsetOfAddress(
  { segments }: ProbedElf,
  address: number,
  executable: boolean,
): number | undefined {
  const segment = segments.find(
    (candidate) =>
      (candidate.executable || !executable) &&
      address >= candidate.vaddr &&
      address < candidate.vaddr + candidate.fileSize,
  );
  return segment === undefined ? undefined : address - segment.vaddr + segment.offset;
}

function nameAt(names: Buffer, offset: number): string {
  if (offset >= names.length) return '';
  const end = names.indexOf(0, offset);
  return names.toString('latin1', offset, end < 0 ? names.length : end);
}
