import { createError } from '../errors/create-error.js';
import { MAX_VALUE, bucketCount, bucketUpper, checkSubBucketBits } from './bucket-layout.js';
import { checkPercentile } from './percentiles.js';

/** What `toJSON` gives and `fromJSON` takes: exact, sparse, mergeable elsewhere. */
export interface HistogramJson {
  readonly subBucketBits: number;
  readonly count: number;
  readonly sum: number;
  /** Absent when empty. */
  readonly min?: number;
  readonly max?: number;
  readonly rejected: number;
  /** `[bucket index, count]`, ascending, without empty buckets. */
  readonly buckets: readonly (readonly [number, number])[];
}

const MIN = 0;
const MAX = 1;
const SUM = 2;
const COUNT = 3;
const REJECTED = 4;

/**
 * Distribution of non-negative numbers, such as durations in ns. Each power of two is split into
 * `2^subBucketBits` equal buckets, and values below `2^subBucketBits` have one bucket each, so a
 * percentile is never below the true value of its rank and above it by at most
 * {@link relativeError} (fractions of 1 apart: a value counts as its whole part). Minimum, maximum,
 * count and sum are exact. Merging loses nothing. `record` does not allocate.
 */
export class LogLinearHistogram {
  readonly subBucketBits: number;
  readonly #counts: Float64Array;
  readonly #stats = new Float64Array([Infinity, -Infinity, 0, 0, 0]);

  /**
   * @param subBucketBits - 1 to 12; default 7: error below 0.8 %, 47 KiB
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
   */
  constructor(subBucketBits = 7) {
    checkSubBucketBits(subBucketBits);
    this.subBucketBits = subBucketBits;
    this.#counts = new Float64Array(bucketCount(subBucketBits));
  }

  /** Largest relative error of a percentile. */
  get relativeError(): number {
    return 2 ** -this.subBucketBits;
  }

  get count(): number {
    return this.#stats[COUNT]!;
  }

  /** Values turned away because they were negative or NaN. */
  get rejected(): number {
    return this.#stats[REJECTED]!;
  }

  get sum(): number {
    return this.#stats[SUM]!;
  }

  /** Smallest value; `undefined` when empty. */
  get min(): number | undefined {
    return this.count === 0 ? undefined : this.#stats[MIN]!;
  }

  /** Largest value; `undefined` when empty. */
  get max(): number | undefined {
    return this.count === 0 ? undefined : this.#stats[MAX]!;
  }

  /** `undefined` when empty. */
  get mean(): number | undefined {
    return this.count === 0 ? undefined : this.sum / this.count;
  }

  /** Counts a value. Negative and NaN are counted as `rejected` only. */
  record(value: number): void {
    const stats = this.#stats;
    if (!(value >= 0)) {
      stats[REJECTED]! += 1;
      return;
    }
    this.#counts[this.#indexOf(value)]! += 1;
    stats[COUNT]! += 1;
    stats[SUM]! += value;
    if (value < stats[MIN]!) stats[MIN] = value;
    if (value > stats[MAX]!) stats[MAX] = value;
  }

  /**
   * Value at a percentile (nearest rank).
   * @param percent - 0 to 100
   * @returns `undefined` when empty
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
   */
  percentile(percent: number): number | undefined {
    checkPercentile(percent);
    const total = this.count;
    if (total === 0) return undefined;
    if (percent === 0) return this.min;
    const rank = Math.max(1, Math.ceil((percent / 100) * total));
    if (rank >= total) return this.max;
    let seen = 0;
    let index = 0;
    while (seen < rank) seen += this.#counts[index++]!;
    const upper = bucketUpper(index - 1, this.subBucketBits);
    return Math.min(Math.max(upper, this.#stats[MIN]!), this.#stats[MAX]!);
  }

  /** Adds the counts of another histogram. @throws ConfigurationError when their bits differ */
  merge(other: LogLinearHistogram): void {
    if (other.subBucketBits !== this.subBucketBits) {
      throw createError('HFTMON_E_CONFIG_INVALID', {
        option: 'subBucketBits',
        value: other.subBucketBits,
        expected: `${this.subBucketBits}, as in the histogram it is merged into`,
      });
    }
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i]! += other.#counts[i]!;
    const mine = this.#stats;
    const theirs = other.#stats;
    mine[MIN] = Math.min(mine[MIN]!, theirs[MIN]!);
    mine[MAX] = Math.max(mine[MAX]!, theirs[MAX]!);
    for (const i of [SUM, COUNT, REJECTED]) mine[i]! += theirs[i]!;
  }

  /** Forgets everything. */
  clear(): void {
    this.#counts.fill(0);
    this.#stats.set([Infinity, -Infinity, 0, 0, 0]);
  }

  toJSON(): HistogramJson {
    const buckets: [number, number][] = [];
    this.#counts.forEach((count, index) => {
      if (count > 0) buckets.push([index, count]);
    });
    const { subBucketBits, count, sum, min, max, rejected } = this;
    const range = min === undefined || max === undefined ? {} : { min, max };
    return { subBucketBits, count, sum, ...range, rejected, buckets };
  }

  /** @throws ConfigurationError when the bits are out of bounds */
  static fromJSON(json: HistogramJson): LogLinearHistogram {
    const histogram = new LogLinearHistogram(json.subBucketBits);
    for (const [index, count] of json.buckets) histogram.#counts[index] = count;
    histogram.#stats.set([
      json.min ?? Infinity,
      json.max ?? -Infinity,
      json.sum,
      json.count,
      json.rejected,
    ]);
    return histogram;
  }

  #indexOf(value: number): number {
    const bits = this.subBucketBits;
    if (value < 4294967296) {
      const shift = 31 - Math.clz32(value) - bits;
      if (shift <= 0) return value >>> 0;
      return (shift << bits) + (value >>> shift);
    }
    const capped = value > MAX_VALUE ? MAX_VALUE : value;
    const high = (capped / 4294967296) >>> 0;
    const shift = 63 - Math.clz32(high) - bits;
    return (shift << bits) + Math.floor(capped * INVERSE_POWERS[shift]!);
  }
}

/** 2^-i: a multiplication instead of `Math.pow` in `record`. */
const INVERSE_POWERS = Float64Array.from({ length: 64 }, (_, i) => 2 ** -i);
