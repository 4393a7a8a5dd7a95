import { PAYLOAD_WORD, RECORD_PAYLOAD_WORDS, writeHeader } from '../../src/index.js';

/** Every field of record `n` follows from `n`, so that a torn record shows. */
export function fillRecord(u32: Uint32Array, f64: Float64Array, base: number, n: number): void {
  writeHeader(u32, f64, base, 1 + (n % 14), n & 0xffff, n, n * 3, n * 7);
  for (let w = 0; w < RECORD_PAYLOAD_WORDS; w++) u32[base + PAYLOAD_WORD + w] = word(n, w);
}

/** The number of the record at `base`. @throws when its fields do not all belong to one number */
export function verifyRecord(u32: Uint32Array, f64: Float64Array, base: number): number {
  const n = u32[base + 4] as number;
  let whole = f64[base / 2] === n * 3 && f64[base / 2 + 1] === n * 7;
  whole &&= u32[base + 5] === ((n & 0xffff) | ((1 + (n % 14)) << 16)) >>> 0;
  for (let w = 0; w < RECORD_PAYLOAD_WORDS; w++) {
    whole &&= u32[base + PAYLOAD_WORD + w] === word(n, w);
  }
  if (!whole) throw new Error(`torn record ${n}: ${u32.slice(base, base + 16).join(' ')}`);
  return n;
}

function word(n: number, w: number): number {
  return Math.imul(n + 1, 2654435761 + 2 * w) >>> 0;
}
