import { createError } from '../errors/create-error.js';
import { RECORD_BYTES } from '../record/record-descriptor.js';
import type { RecordRing } from './record-ring.js';
import {
  HEAD_WORD,
  INTENT_WORD,
  MAX_RING_CAPACITY,
  RING_MAGIC,
  RING_OFFSET,
  RING_VERSION,
  TAIL_WORD,
  ringBytes,
} from './ring-descriptor.js';
import { isCapacity } from './ring-views.js';

export interface CreateRingOptions {
  /** CLOCK_MONOTONIC ns of time 0 of its records; 0 when absent. */
  readonly epochMonotonicNs?: bigint;
  /** Sequence number of the first record, 32 bits; 0 when absent. */
  readonly firstSequence?: number;
}

/**
 * An empty ring in a new SharedArrayBuffer, for workers and tests. Serves broadcast and spsc
 * writers alike.
 * @param capacity - records, a power of two
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` when the capacity is none
 */
export function createRing(capacity: number, options: CreateRingOptions = {}): RecordRing {
  if (!isCapacity(capacity)) {
    throw createError('HFTMON_E_CONFIG_INVALID', {
      option: 'capacity',
      value: capacity,
      expected: `a power of two from 2 to ${MAX_RING_CAPACITY}`,
    });
  }
  const buffer = new SharedArrayBuffer(ringBytes(capacity));
  const header = new Uint32Array(buffer, 0, RING_OFFSET.refused / 4);
  header[RING_OFFSET.magic / 4] = RING_MAGIC;
  header[RING_OFFSET.version / 4] = RING_VERSION;
  header[RING_OFFSET.capacity / 4] = capacity;
  header[RING_OFFSET.recordBytes / 4] = RECORD_BYTES;
  new BigUint64Array(buffer, RING_OFFSET.epoch, 1)[0] = options.epochMonotonicNs ?? 0n;
  const first = options.firstSequence ?? 0;
  for (const word of [HEAD_WORD, INTENT_WORD, TAIL_WORD]) header[word] = first;
  return { buffer, byteOffset: 0, capacity };
}
