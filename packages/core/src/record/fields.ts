import { CPU_KIND_WORD, PAYLOAD_WORD, RECORD_WORDS, TID_WORD } from './record-descriptor.js';

/**
 * Field access without allocation. `base` is the index of a record's first word in a Uint32Array
 * view: `i * RECORD_WORDS` in a batch, or what `RecordWriter.claim` returned.
 */

/** Kind of the record. */
export function kindAt(u32: Uint32Array, base: number): number {
  return u32[base + CPU_KIND_WORD]! >>> 16;
}

/** CPU the record was taken on. */
export function cpuAt(u32: Uint32Array, base: number): number {
  return u32[base + CPU_KIND_WORD]! & 0xffff;
}

/** Task the record is about. */
export function tidAt(u32: Uint32Array, base: number): number {
  return u32[base + TID_WORD]!;
}

/** Start of what the record describes, ns since the session epoch. */
export function timestampAt(f64: Float64Array, base: number): number {
  return f64[base >>> 1]!;
}

/** Length of what the record describes, ns; 0 for an instant. */
export function durationAt(f64: Float64Array, base: number): number {
  return f64[(base >>> 1) + 1]!;
}

/** Payload word `w` (0 to 8). */
export function payloadAt(u32: Uint32Array, base: number, w: number): number {
  return u32[base + PAYLOAD_WORD + w]!;
}

/** First word of record `i` of a batch. */
export function wordOfRecord(i: number): number {
  return i * RECORD_WORDS;
}

/** Unsigned 64 bits, low word at `i`; exact up to 2^53. */
export function readU64(u32: Uint32Array, i: number): number {
  return u32[i]! + u32[i + 1]! * 4294967296;
}

/** Signed 64 bits, low word at `i`; exact from -2^53 to 2^53. */
export function readI64(u32: Uint32Array, i: number): number {
  return u32[i]! + (u32[i + 1]! | 0) * 4294967296;
}

/** Unsigned 64 bits as an exact BigInt, for addresses; allocates. */
export function readBigU64(u32: Uint32Array, i: number): bigint {
  return BigInt(u32[i]!) + (BigInt(u32[i + 1]!) << 32n);
}

const scratch = new Float64Array(1);
const scratchWords = new Uint32Array(scratch.buffer);

/** A double whose bits stand in two words that need not be 8-byte aligned. */
export function readF64(u32: Uint32Array, i: number): number {
  scratchWords[0] = u32[i]!;
  scratchWords[1] = u32[i + 1]!;
  return scratch[0]!;
}

/** Writes the bits of a double into two words; the counterpart of {@link readF64}. */
export function writeF64(u32: Uint32Array, i: number, value: number): void {
  scratch[0] = value;
  u32[i] = scratchWords[0]!;
  u32[i + 1] = scratchWords[1]!;
}

/** Writes the fields that every record has, except the commit word, which `commit` writes. */
export function writeHeader(
  u32: Uint32Array,
  f64: Float64Array,
  base: number,
  kind: number,
  cpu: number,
  tid: number,
  timestampNs: number,
  durationNs: number,
): void {
  f64[base >>> 1] = timestampNs;
  f64[(base >>> 1) + 1] = durationNs;
  u32[base + TID_WORD] = tid;
  u32[base + CPU_KIND_WORD] = (cpu & 0xffff) | (kind << 16);
}
