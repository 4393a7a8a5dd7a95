import { crc32 } from 'node:zlib';
import { createError } from '../errors/create-error.js';
import {
  BLOCK_HEADER_BYTES,
  BLOCK_OFFSET,
  BlockFlag,
  BlockType,
  CONTAINER_MAGIC,
  CONTAINER_MAJOR,
  PREAMBLE_BYTES,
  PREAMBLE_OFFSET,
  paddedBytes,
} from './container-layout.js';

/** A block that was read. */
export interface Block {
  readonly type: number;
  readonly value: number;
  /** Begins at a multiple of 8 of its buffer. */
  readonly payload: Uint8Array;
}

/** A recording of the file, taken apart and checked. */
export interface Container {
  readonly major: number;
  readonly minor: number;
  /** Blocks of known types, without the end. */
  readonly blocks: readonly Block[];
}

const KNOWN: ReadonlySet<number> = new Set(Object.values(BlockType));

/**
 * Takes a recording apart. Nothing of it is handed out before all of it was checked.
 * @param bytes - the whole file, at a multiple of 8 of its buffer
 * @param file - name for the errors
 * @throws ConfigurationError `HFTMON_E_RECORDING_FOREIGN`, `HFTMON_E_RECORDING_NEWER`
 * @throws MonitorError `HFTMON_E_RECORDING_DAMAGED`
 */
export function readContainer(bytes: Uint8Array, file: string): Container {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { major, minor } = readPreamble(bytes, view, file);
  const blocks: Block[] = [];
  let crcs = 0;
  let at = PREAMBLE_BYTES;
  for (let number = 0; ; number++) {
    const where = `block ${number} at byte ${at}`;
    if (bytes.length < at + BLOCK_HEADER_BYTES) throw damaged(file, `it ends before ${where}`);
    if (crcOf(bytes, at, BLOCK_OFFSET.crc) !== view.getUint32(at + BLOCK_OFFSET.crc, true)) {
      throw damaged(file, `the checksum of the header of ${where} is wrong`);
    }
    const type = view.getUint32(at + BLOCK_OFFSET.type, true);
    const flags = view.getUint32(at + BLOCK_OFFSET.flags, true);
    const length = Number(view.getBigUint64(at + BLOCK_OFFSET.bytes, true));
    const value = view.getUint32(at + BLOCK_OFFSET.value, true);
    const begin = at + BLOCK_HEADER_BYTES;
    if (view.getUint32(at + BLOCK_OFFSET.number, true) !== number) {
      throw damaged(file, `${where} is out of its order`);
    }
    if (bytes.length < begin + paddedBytes(length)) throw damaged(file, `it ends within ${where}`);
    const payloadCrc = view.getUint32(at + BLOCK_OFFSET.payloadCrc, true);
    if (crcOf(bytes, begin, paddedBytes(length)) !== payloadCrc) {
      throw damaged(file, `the checksum of ${where} is wrong`);
    }
    at = begin + paddedBytes(length);
    if (type === BlockType.End) {
      if (value !== crcs) throw damaged(file, 'blocks are missing');
      if (at !== bytes.length) throw damaged(file, `something follows its end at byte ${at}`);
      return { major, minor, blocks };
    }
    crcs = crc32(bytes.subarray(begin - 8, begin - 4), crcs);
    if (KNOWN.has(type))
      blocks.push({ type, value, payload: bytes.subarray(begin, begin + length) });
    else if ((flags & BlockFlag.Optional) === 0) throw newer(file, `blocks of type ${type}`);
  }
}

function readPreamble(
  bytes: Uint8Array,
  view: DataView,
  file: string,
): { readonly major: number; readonly minor: number } {
  const magic = new TextEncoder().encode(CONTAINER_MAGIC);
  const begin = bytes.subarray(0, magic.length);
  if (begin.length === 0 || begin.some((byte, i) => byte !== magic[i])) {
    throw createError('HFTMON_E_RECORDING_FOREIGN', { file });
  }
  if (bytes.length < PREAMBLE_BYTES) throw damaged(file, `it has ${bytes.length} bytes`);
  if (crcOf(bytes, 0, PREAMBLE_OFFSET.crc) !== view.getUint32(PREAMBLE_OFFSET.crc, true)) {
    throw damaged(file, 'the checksum of its preamble is wrong');
  }
  const major = view.getUint16(PREAMBLE_OFFSET.major, true);
  if (major > CONTAINER_MAJOR) throw newer(file, `format ${major}`);
  return { major, minor: view.getUint16(PREAMBLE_OFFSET.minor, true) };
}

function crcOf(bytes: Uint8Array, from: number, length: number): number {
  return crc32(bytes.subarray(from, from + length));
}

function damaged(file: string, detail: string): Error {
  return createError('HFTMON_E_RECORDING_DAMAGED', { file, detail });
}

function newer(file: string, found: string): Error {
  return createError('HFTMON_E_RECORDING_NEWER', { file, found, expected: CONTAINER_MAJOR });
}
