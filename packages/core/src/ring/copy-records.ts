import { RECORD_WORDS } from '../record/record-descriptor.js';
import type { ChunkViews } from './chunk-views.js';
import { WORD_SHIFT } from './ring-descriptor.js';

/**
 * Copies `count` records from a ring to the start of `target`, across the ring's end.
 *
 * By 32-bit words: a copy by doubles may turn payload words that look like a signalling NaN into
 * another NaN. Whole chunks go through `set`, which is a memmove and three times as fast as a
 * loop; it needs views made beforehand, for `subarray` would allocate.
 */
export function copyRecords(
  source: Uint32Array,
  { chunks, shift }: ChunkViews,
  mask: number,
  sequence: number,
  count: number,
  target: Uint32Array,
): void {
  const size = 1 << shift;
  let done = 0;
  while (done < count) {
    const slot = (sequence + done) & mask;
    const left = count - done;
    const inChunk = size - (slot & (size - 1));
    if (inChunk === size && left >= size) {
      target.set(chunks[slot >>> shift]!, done << WORD_SHIFT);
      done += size;
    } else {
      const records = left < inChunk ? left : inChunk;
      copyWords(source, slot << WORD_SHIFT, target, done << WORD_SHIFT, records * RECORD_WORDS);
      done += records;
    }
  }
}

/** `length` is a multiple of {@link RECORD_WORDS}; by four words, which measures best. */
function copyWords(
  source: Uint32Array,
  from: number,
  target: Uint32Array,
  to: number,
  length: number,
): void {
  for (let i = 0; i < length; i += 4) {
    target[to + i] = source[from + i]!;
    target[to + i + 1] = source[from + i + 1]!;
    target[to + i + 2] = source[from + i + 2]!;
    target[to + i + 3] = source[from + i + 3]!;
  }
}
