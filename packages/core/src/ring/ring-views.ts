import { createError } from '../errors/create-error.js';
import { RECORD_BYTES, RECORD_DOUBLES, RECORD_WORDS } from '../record/record-descriptor.js';
import type { RecordRing } from './record-ring.js';
import {
  MAX_RING_CAPACITY,
  RING_HEADER_BYTES,
  RING_MAGIC,
  RING_OFFSET,
  RING_VERSION,
  ringBytes,
} from './ring-descriptor.js';

/** Typed views of a ring's header and records. */
export interface RingViews {
  /** The header, signed: free-running indices stay small integers, so that none is boxed. */
  readonly header: Int32Array;
  readonly f64: Float64Array;
  readonly u32: Uint32Array;
  /** The same as `u32`, signed: commit words and sequence numbers stay small integers. */
  readonly i32: Int32Array;
  readonly capacity: number;
  /** `capacity - 1`. */
  readonly mask: number;
}

const known = new WeakMap<RecordRing, RingViews>();

/**
 * Views of a ring's memory, once its header was checked; the same ones for the same ring.
 * @throws ConfigurationError `HFTMON_E_RING_INVALID` when the memory is no ring of this version
 */
export function viewRing(ring: RecordRing): RingViews {
  let views = known.get(ring);
  if (views === undefined) known.set(ring, (views = makeViews(ring)));
  return views;
}

function makeViews(ring: RecordRing): RingViews {
  const { buffer, byteOffset, capacity } = ring;
  if (byteOffset % 8 !== 0) throw invalid(`its memory starts at offset ${byteOffset}`);
  if (!isCapacity(capacity)) throw invalid(`its capacity ${capacity} is not a power of two`);
  if (buffer.byteLength - byteOffset < ringBytes(capacity)) {
    throw invalid(`its memory is shorter than ${ringBytes(capacity)} bytes`);
  }
  const header = new Int32Array(buffer, byteOffset, RING_HEADER_BYTES / 4);
  expectWord(header, 'magic', RING_MAGIC);
  expectWord(header, 'version', RING_VERSION);
  expectWord(header, 'capacity', capacity);
  expectWord(header, 'recordBytes', RECORD_BYTES);
  const records = byteOffset + RING_HEADER_BYTES;
  return {
    header,
    f64: new Float64Array(buffer, records, capacity * RECORD_DOUBLES),
    u32: new Uint32Array(buffer, records, capacity * RECORD_WORDS),
    i32: new Int32Array(buffer, records, capacity * RECORD_WORDS),
    capacity,
    mask: capacity - 1,
  };
}

/** Is this a number of records that a ring can hold: a power of two in bounds? */
export function isCapacity(capacity: number): boolean {
  return (
    Number.isInteger(capacity) &&
    capacity >= 2 &&
    capacity <= MAX_RING_CAPACITY &&
    (capacity & (capacity - 1)) === 0
  );
}

function expectWord(
  header: Int32Array,
  field: 'magic' | 'version' | 'capacity' | 'recordBytes',
  expected: number,
): void {
  const found = header[RING_OFFSET[field] / 4];
  if (found !== expected) throw invalid(`its ${field} is ${found}, not ${expected}`);
}

function invalid(detail: string): Error {
  return createError('HFTMON_E_RING_INVALID', { detail });
}
