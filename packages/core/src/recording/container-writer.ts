import { crc32 } from 'node:zlib';
import {
  BLOCK_HEADER_BYTES,
  BLOCK_OFFSET,
  BlockType,
  CONTAINER_MAGIC,
  CONTAINER_MAJOR,
  CONTAINER_MINOR,
  PREAMBLE_BYTES,
  PREAMBLE_OFFSET,
  paddedBytes,
} from './container-layout.js';

/** A block to write. */
export interface BlockContent {
  /** Of {@link BlockType}, or of a newer minor version. */
  readonly type: number;
  readonly payload: Uint8Array;
  /** Means what the type says. Default 0. */
  readonly value?: number;
  /** Bits of BlockFlag. Default 0. */
  readonly flags?: number;
}

/** Makes the pieces of a recording file in the order in which they stand in it. */
export class ContainerWriter {
  #blocks = 0;
  #crcs = 0;

  /** What the file begins with. */
  preamble(): Uint8Array {
    const { bytes, view } = header(PREAMBLE_BYTES);
    bytes.set(new TextEncoder().encode(CONTAINER_MAGIC));
    view.setUint16(PREAMBLE_OFFSET.major, CONTAINER_MAJOR, true);
    view.setUint16(PREAMBLE_OFFSET.minor, CONTAINER_MINOR, true);
    view.setUint32(PREAMBLE_OFFSET.headerBytes, BLOCK_HEADER_BYTES, true);
    return sealed(bytes, view, PREAMBLE_OFFSET.crc);
  }

  /** The pieces of one block; the payload is one of them and is not copied. */
  block({ type, payload, value = 0, flags = 0 }: BlockContent): Uint8Array[] {
    const padding = new Uint8Array(paddedBytes(payload.length) - payload.length);
    const payloadCrc = crc32(padding, crc32(payload));
    const crcs = header(4);
    crcs.view.setUint32(0, payloadCrc, true);
    this.#crcs = crc32(crcs.bytes, this.#crcs);
    const { bytes, view } = header(BLOCK_HEADER_BYTES);
    view.setUint32(BLOCK_OFFSET.type, type, true);
    view.setUint32(BLOCK_OFFSET.flags, flags, true);
    view.setBigUint64(BLOCK_OFFSET.bytes, BigInt(payload.length), true);
    view.setUint32(BLOCK_OFFSET.number, this.#blocks++, true);
    view.setUint32(BLOCK_OFFSET.value, value, true);
    view.setUint32(BLOCK_OFFSET.payloadCrc, payloadCrc, true);
    const pieces = [sealed(bytes, view, BLOCK_OFFSET.crc), payload, padding];
    return pieces.filter((piece) => piece.length > 0);
  }

  /** A block whose payload is JSON. */
  json(type: number, document: unknown): Uint8Array[] {
    return this.block({ type, payload: new TextEncoder().encode(JSON.stringify(document)) });
  }

  /** What the file ends with. */
  end(): Uint8Array[] {
    const value = this.#crcs;
    return this.block({ type: BlockType.End, payload: new Uint8Array(0), value });
  }
}

function header(bytes: number): { readonly bytes: Uint8Array; readonly view: DataView } {
  const buffer = new ArrayBuffer(bytes);
  return { bytes: new Uint8Array(buffer), view: new DataView(buffer) };
}

function sealed(bytes: Uint8Array, view: DataView, crcOffset: number): Uint8Array {
  view.setUint32(crcOffset, crc32(bytes.subarray(0, crcOffset)), true);
  return bytes;
}
