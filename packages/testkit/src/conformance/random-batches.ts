import {
  CPU_KIND_WORD,
  FIRST_PLUGIN_KIND,
  RECORD_WORDS,
  TID_WORD,
  createBatch,
  type RecordBatch,
} from '@hftmon/core';
import type { Prng } from '../random/prng.js';

/**
 * Fills a batch with random bits: times may be NaN, infinite or negative, tids and payloads
 * anything, and the kinds any of 65536, so that most are foreign.
 */
export function fillRandom(batch: RecordBatch, random: Prng): void {
  random.fill(batch.u32);
  batch.count = batch.u32.length / RECORD_WORDS;
}

/** The same, but every record claims to be of one of those kinds. */
export function fillRandomOfKinds(
  batch: RecordBatch,
  random: Prng,
  kinds: readonly number[],
): void {
  fillRandom(batch, random);
  for (let i = 0; i < batch.count; i++) {
    const word = i * RECORD_WORDS + CPU_KIND_WORD;
    batch.u32[word] = ((batch.u32[word] ?? 0) & 0xffff) | (random.pick(kinds) << 16);
  }
}

/** Records with sound times and small tids, of kinds that nobody uses. */
export function foreignBatch(random: Prng): RecordBatch {
  const batch = createBatch(64);
  for (let i = 0; i < 64; i++) {
    const base = i * RECORD_WORDS;
    batch.f64[base / 2] = random.int(0, 1e9);
    batch.f64[base / 2 + 1] = random.int(0, 1e6);
    batch.u32[base + TID_WORD] = random.int(1, 32768);
    batch.u32[base + CPU_KIND_WORD] = (FIRST_PLUGIN_KIND + 0x7000 + i) << 16;
  }
  batch.count = 64;
  return batch;
}
