import { COMMIT_WORD, CPU_KIND_WORD } from '../record/record-descriptor.js';
import { HEAD_WORD, WORD_SHIFT } from './ring-descriptor.js';
import type { RingViews } from './ring-views.js';

/**
 * Sequence number of the oldest record that a broadcast ring still holds, or of the next one
 * when it is empty. Free-running 32 bits, signed.
 *
 * The head alone cannot tell a young ring from one whose indices wrapped. Commit words can:
 * from oldest to newest, slots that were never written or are being overwritten come first,
 * then those whose commit word is their sequence number plus one. So a binary search finds the
 * first of these.
 */
export function oldestSequence(views: RingViews): number {
  const head = Atomics.load(views.header, HEAD_WORD);
  let low = 0;
  let high = views.capacity;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isHeld(views, (head - views.capacity + middle) | 0)) high = middle;
    else low = middle + 1;
  }
  return (head - views.capacity + low) | 0;
}

function isHeld(views: RingViews, sequence: number): boolean {
  const base = (sequence & views.mask) << WORD_SHIFT;
  if (Atomics.load(views.i32, base + COMMIT_WORD) !== ((sequence + 1) | 0)) return false;
  // Sequence 2^32 - 1 has commit word 0, as an empty slot has; but no record has kind 0.
  return views.u32[base + CPU_KIND_WORD]! >>> 16 !== 0;
}
