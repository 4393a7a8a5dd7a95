import { createError } from '../errors/create-error.js';

/** Values from here up share the last bucket. */
export const MAX_VALUE = 2 ** 53 - 1;
const VALUE_BITS = 53;

/** Buckets of a histogram with `2^bits` buckets per power of two. */
export function bucketCount(bits: number): number {
  return (VALUE_BITS - bits + 1) << bits;
}

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function checkSubBucketBits(bits: number): void {
  if (Number.isInteger(bits) && bits >= 1 && bits <= 12) return;
  throw createError('HFTMON_E_CONFIG_INVALID', {
    option: 'subBucketBits',
    value: bits,
    expected: 'an integer from 1 to 12',
  });
}

/** Largest whole value of a bucket. */
export function bucketUpper(index: number, bits: number): number {
  return bucketLower(index + 1, bits) - 1;
}

/** Smallest value of a bucket. */
export function bucketLower(index: number, bits: number): number {
  const group = index >>> bits;
  const sub = index & ((1 << bits) - 1);
  if (group === 0) return sub;
  return ((1 << bits) + sub) * 2 ** (group - 1);
}
