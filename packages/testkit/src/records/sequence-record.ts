import {
  CPU_KIND_WORD,
  PAYLOAD_WORD,
  RECORD_PAYLOAD_WORDS,
  TID_WORD,
  readU64,
  writeHeader,
} from '@hftmon/core';

/** Kind of the records; of no meaning. */
const SEQUENCE_KIND = 0xfffe;

/** A hash of 32 bits (the finisher of MurmurHash3). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Writes record `n` (from 0 up) of a sequence whose every field follows from n, so that a reader
 * can tell a torn, lost or doubled record.
 * @param base - first word of the record in `u32`
 */
export function writeSequenceRecord(
  u32: Uint32Array,
  f64: Float64Array,
  base: number,
  n: number,
): void {
  writeHeader(u32, f64, base, SEQUENCE_KIND, n & 0xffff, mix(n), n, n * 3 + 1);
  u32[base + PAYLOAD_WORD] = n;
  u32[base + PAYLOAD_WORD + 1] = n / 2 ** 32;
  for (let w = 2; w < RECORD_PAYLOAD_WORDS; w++) u32[base + PAYLOAD_WORD + w] = mix(n + w);
}

/** The n that a sequence record says it is; whether it is whole, `isWholeRecord` tells. */
export function sequenceNumberOf(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD);
}

/** Does every field fit n? */
export function isWholeRecord(
  u32: Uint32Array,
  f64: Float64Array,
  base: number,
  n: number,
): boolean {
  if (f64[base >>> 1] !== n || f64[(base >>> 1) + 1] !== n * 3 + 1) return false;
  if (u32[base + TID_WORD] !== mix(n)) return false;
  if (u32[base + CPU_KIND_WORD] !== ((n & 0xffff) | (SEQUENCE_KIND << 16)) >>> 0) return false;
  for (let w = 2; w < RECORD_PAYLOAD_WORDS; w++) {
    if (u32[base + PAYLOAD_WORD + w] !== mix(n + w)) return false;
  }
  return true;
}
