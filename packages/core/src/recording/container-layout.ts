/**
 * Layout of a recording file: a preamble, then blocks, little-endian. Every byte is covered by a
 * CRC-32, so that neither a flipped bit nor a missing end goes unnoticed.
 *
 * ```
 * preamble  0        8       10      12            16          28       32
 *          +--------+-------+-------+-------------+-----------+--------+
 *          | magic  | major | minor | block bytes | zero      | crc    |
 *          | 8 bytes| u16   | u16   | u32: 32     | 12 bytes  | u32    |
 *          +--------+-------+-------+-------------+-----------+--------+
 * block     0       4       8         16       20      24        28       32
 *          +-------+-------+---------+--------+-------+---------+--------+---------+
 *          | type  | flags | bytes   | number | value | payload | crc    | payload |
 *          | u32   | u32   | u64     | u32    | u32   | crc u32 | u32    | + zeros |
 *          +-------+-------+---------+--------+-------+---------+--------+---------+
 * ```
 *
 * `bytes` is the length of the payload, which is padded with zeros to a multiple of 8; its CRC
 * covers the padding. The other CRC is that of what stands before it in the preamble or header.
 * `number` counts the blocks from 0, `value` belongs to the type. The last block is `End`; its
 * `value` is the CRC of the CRCs of all payloads before it, and nothing follows it.
 */
export const CONTAINER_MAGIC = 'HFTMREC\n';
/** A reader refuses files of a higher one. */
export const CONTAINER_MAJOR = 1;
/** Grows with what older readers may ignore. */
export const CONTAINER_MINOR = 0;
export const PREAMBLE_BYTES = 32;
export const BLOCK_HEADER_BYTES = 32;

/** Byte offsets in the preamble. */
export const PREAMBLE_OFFSET = { magic: 0, major: 8, minor: 10, headerBytes: 12, crc: 28 } as const;

/** Byte offsets in the header of a block. */
export const BLOCK_OFFSET = {
  type: 0,
  flags: 4,
  bytes: 8,
  number: 16,
  value: 20,
  payloadCrc: 24,
  crc: 28,
} as const;

/** What a block holds. */
export const BlockType = {
  /** JSON: what was recorded, where, when, and why. */
  Meta: 1,
  /** Records of 64 bytes in the order of the stream; `value` is the sequence number of the first. */
  Records: 2,
  /** JSON: names of what records refer to by number. */
  Dictionary: 3,
  /** JSON: spikes with their receipts. */
  Spikes: 4,
  /** JSON: accounts of events seen, emitted, filtered and dropped. */
  Losses: 5,
  /** No payload. */
  End: 0x444e45,
} as const;

export type BlockType = (typeof BlockType)[keyof typeof BlockType];

/** Bits of a block's flags. */
export const BlockFlag = {
  /** Readers that do not know the type skip the block; without it they refuse the file. */
  Optional: 1 << 0,
} as const;

/** Payload with its padding. */
export function paddedBytes(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
