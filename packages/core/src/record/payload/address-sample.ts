import { PAYLOAD_WORD } from '../record-descriptor.js';
import { readU64, writeHeader } from '../fields.js';
import { RecordKind } from '../record-kind.js';
import type { RecordWriter } from '../../ring/record-writer.js';

/** Bits of {@link addressSampleFlags}. */
export const AddressSampleFlag = {
  Load: 1,
  Store: 2,
  /** The PMU said what was accessed; else the instruction before the sampled one was decoded. */
  Hardware: 4,
} as const;

/** What a collector that samples addresses tells the others; filled anew for each sample. */
export interface SampledAccess {
  pid: number;
  tid: number;
  cpu: number;
  /** ns since the session epoch. */
  timeNs: number;
  /** Data address in the process; exact up to 2^53. */
  address: number;
  /** Bytes, 0 when not known. */
  size: number;
  /** Of {@link AddressSampleFlag}. */
  flags: number;
}

const WORD = 2 ** 32;

/** Process of the thread. */
export function addressSamplePid(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Data address in the process; exact up to 2^53. */
export function addressSampleAddress(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 1);
}

/** Bytes that were accessed, 0 when not known. */
export function addressSampleSize(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 3]! & 0xffff;
}

/** Bits of AddressSampleFlag. */
export function addressSampleFlags(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 3]! >>> 16;
}

/** Writes an ADDRESS_SAMPLE record. @returns false when there was no room, which is counted */
export function writeAddressSample(writer: RecordWriter, sample: SampledAccess): boolean {
  const base = writer.claim();
  if (base < 0) return false;
  const { u32, f64 } = writer;
  const { cpu, tid, timeNs, address } = sample;
  writeHeader(u32, f64, base, RecordKind.AddressSample, cpu, tid, timeNs, 0);
  const words = base + PAYLOAD_WORD;
  u32[words] = sample.pid;
  u32[words + 1] = address % WORD;
  u32[words + 2] = Math.floor(address / WORD);
  u32[words + 3] = (sample.size & 0xffff) | (sample.flags << 16);
  writer.commit();
  return true;
}
