import type { ByteSource } from '../symbols/byte-source.js';
import { readNumber, readSection } from '../symbols/elf-headers.js';
import type { NamedSection } from './probed-elf.js';

/** A static probe (USDT): one place of it, as a compiler may have made several. */
export interface StaticProbePlace {
  /** `provider:name`. */
  readonly name: string;
  /** Address that the file gives to its instruction. */
  readonly address: number;
  /** Of the counter that switches it on, 0 for none. */
  readonly semaphore: number;
}

const NOTES = '.note.stapsdt';
const BASE = '.stapsdt.base';
const OWNER = 'stapsdt\0';
const TYPE = 3;
const ADDRESSES_BYTES = 24;

/** The static probes of a file. @throws ElfFormatError when their notes can't be read */
export function readStaticProbes(
  source: ByteSource,
  sections: readonly NamedSection[],
): StaticProbePlace[] {
  const notes = sections.find(({ name }) => name === NOTES);
  if (notes === undefined) return [];
  const base = sections.find(({ name }) => name === BASE);
  const bytes = readSection(source, notes);
  const probes: StaticProbePlace[] = [];
  for (let at = 0; at + 12 <= bytes.length;) {
    const ownerBytes = bytes.readUInt32LE(at);
    const noteBytes = bytes.readUInt32LE(at + 4);
    const owner = bytes.toString('latin1', at + 12, at + 12 + ownerBytes);
    const from = at + 12 + aligned(ownerBytes);
    const isProbe = bytes.readUInt32LE(at + 8) === TYPE && owner === OWNER;
    if (isProbe && noteBytes > ADDRESSES_BYTES && from + noteBytes <= bytes.length) {
      probes.push(readProbe(bytes.subarray(from, from + noteBytes), base?.address));
    }
    at = from + aligned(noteBytes);
  }
  return probes;
}

/**
 * Addresses in the note are of before the file was prelinked; the section that they are relative
 * to tells by how much it moved.
 */
function readProbe(note: Buffer, baseNow: number | undefined): StaticProbePlace {
  const base = readNumber(note, 8);
  const moved = baseNow === undefined || base === 0 ? 0 : baseNow - base;
  const semaphore = readNumber(note, 16);
  const [provider, name] = note.toString('utf8', ADDRESSES_BYTES).split('\0');
  return {
    name: `${provider}:${name}`,
    address: readNumber(note, 0) + moved,
    semaphore: semaphore === 0 ? 0 : semaphore + moved,
  };
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
