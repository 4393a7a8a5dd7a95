import { RECORD_WORDS } from '../record/record-descriptor.js';
import { WORD_SHIFT } from './ring-descriptor.js';

/**
 * Copies `count` records from a ring to the start of `target`, across the ring's end.
 *
 * By 32-bit words: a copy by doubles may turn payload words that look like a signalling NaN into
 * another NaN, and `subarray().set()` allocates a view.
 */
export function copyRecords(
  source: Uint32Array,
  mask: number,
  sequence: number,
  count: number,
  target: Uint32Array,
): void {
  const slot = sequence & mask;
  const straight = Math.min(count, mask + 1 - slot);
  copyWords(source, slot << WORD_SHIFT, target, 0, straight * RECORD_WORDS);
  if (straight < count) {
    copyWords(source, 0, target, straight * RECORD_WORDS, (count - straight) * RECORD_WORDS);
  }
}

/** `length` is a multiple of {@link RECORD_WORDS}; unrolled by four words, which measures best. */
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
