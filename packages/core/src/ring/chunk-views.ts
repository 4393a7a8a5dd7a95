import { RECORD_WORDS } from '../record/record-descriptor.js';
import type { RingViews } from './ring-views.js';

/** Views of a ring's memory in pieces of equal size, so that a piece can be copied by `set`. */
export interface ChunkViews {
  /** log2 of the records in a chunk. */
  readonly shift: number;
  readonly chunks: readonly Uint32Array[];
}

/** Records per chunk of a small ring: large enough that the call of `set` hardly shows. */
const SMALLEST_SHIFT = 6;
/** Bound of the number of views, about 100 bytes each. */
const MOST_CHUNKS_SHIFT = 12;

const known = new WeakMap<Uint32Array, ChunkViews>();

/** The chunks of a ring; made once, shared by its readers. */
export function chunkViews({ u32, capacity }: RingViews): ChunkViews {
  let views = known.get(u32);
  if (views === undefined) known.set(u32, (views = makeChunks(u32, capacity)));
  return views;
}

function makeChunks(u32: Uint32Array, capacity: number): ChunkViews {
  const capacityShift = 31 - Math.clz32(capacity);
  const shift = Math.min(
    capacityShift,
    Math.max(SMALLEST_SHIFT, capacityShift - MOST_CHUNKS_SHIFT),
  );
  const words = RECORD_WORDS << shift;
  const chunks = Array.from({ length: capacity >>> shift }, (_, i) =>
    u32.subarray(i * words, (i + 1) * words),
  );
  return { shift, chunks };
}
