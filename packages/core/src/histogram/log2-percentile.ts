import { checkPercentile } from './percentiles.js';

/** Bounds of a percentile: the true value is at least `lower` and below `upper`. */
export interface PercentileBounds {
  /** 0 to 100. */
  readonly percent: number;
  readonly lower: number;
  /** Twice `lower`: the error of a log2 histogram. `Infinity` for its last bucket. */
  readonly upper: number;
}

/**
 * Percentile (nearest rank) of a log2 histogram, whose bucket i counts [2^i, 2^(i+1)), the first
 * one also 0 and the last one all that is beyond.
 * @returns `undefined` when it is empty
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` when out of 0 to 100
 */
export function log2Percentile(
  buckets: ArrayLike<number>,
  percent: number,
): PercentileBounds | undefined {
  checkPercentile(percent);
  let total = 0;
  for (let i = 0; i < buckets.length; i++) total += buckets[i]!;
  if (total === 0) return undefined;
  const rank = Math.max(1, Math.ceil((percent / 100) * total));
  let index = 0;
  for (let seen = buckets[0]!; seen < rank; seen += buckets[index]!) index++;
  return {
    percent,
    lower: index === 0 ? 0 : 2 ** index,
    upper: index === buckets.length - 1 ? Infinity : 2 ** (index + 1),
  };
}
