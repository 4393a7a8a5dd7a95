import { RECORD_BYTES } from '../record/record-descriptor.js';

/**
 * Memory of a ring: one header page, then `capacity` records. The same bytes in C
 * (`perf-native/native/include/hftmon/ring_layout.h`) and here; a test compares both.
 *
 * ```
 *  0      magic u32 | version u32 | capacity u32 | record bytes u32 | epoch ns u64
 *  128    head      u32  records published, free-running     (writer's block)
 *  256    intent    u32  records claimed, free-running       (writer's block)
 *  384    tail      u32  records consumed, spsc rings only   (reader's block)
 *  512    refused   u64  records turned away, spsc rings only (writer's block)
 *  4096   record[0] ...
 * ```
 *
 * Each index stands on its own pair of cache lines: the adjacent-line prefetcher pulls lines in
 * pairs, so 64 bytes apart would still be shared.
 */
export const RING_HEADER_BYTES = 4096;
/** `HFTR` in memory. */
export const RING_MAGIC = 0x52544648;
export const RING_VERSION = 1;

/** Byte offsets of the header fields. */
export const RING_OFFSET = {
  magic: 0,
  version: 4,
  capacity: 8,
  recordBytes: 12,
  epoch: 16,
  head: 128,
  intent: 256,
  tail: 384,
  refused: 512,
} as const;

/** Index of `head` in a 32-bit view of the header. */
export const HEAD_WORD = RING_OFFSET.head / 4;
/** Index of `intent` in a 32-bit view of the header. */
export const INTENT_WORD = RING_OFFSET.intent / 4;
/** Index of `tail` in a 32-bit view of the header. */
export const TAIL_WORD = RING_OFFSET.tail / 4;
/** Index of the low half of `refused` in a 32-bit view of the header; the high half follows. */
export const REFUSED_WORD = RING_OFFSET.refused / 4;

/** log2 of the words in a record: `(sequence & mask) << WORD_SHIFT` is a record's first word. */
export const WORD_SHIFT = 4;

/** Largest capacity whose word indices stay small integers. */
export const MAX_RING_CAPACITY = 2 ** 26;

/** Bytes of a whole ring of `capacity` records. */
export function ringBytes(capacity: number): number {
  return RING_HEADER_BYTES + capacity * RECORD_BYTES;
}
