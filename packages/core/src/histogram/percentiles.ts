import { createError } from '../errors/create-error.js';
import type { LogLinearHistogram } from './log-linear-histogram.js';

/** One percentile of a distribution. */
export interface Percentile {
  /** 0 to 100. */
  readonly percent: number;
  /** `undefined` when there were no values. */
  readonly value: number | undefined;
}

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` when out of 0 to 100 */
export function checkPercentile(percent: number): void {
  if (percent >= 0 && percent <= 100) return;
  throw createError('HFTMON_E_CONFIG_INVALID', {
    option: 'percentiles',
    value: percent,
    expected: 'numbers from 0 to 100',
  });
}

/**
 * Percentiles of a histogram in the order asked for; none for an empty list.
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
 */
export function percentilesOf(
  histogram: LogLinearHistogram,
  percents: readonly number[],
): Percentile[] {
  return percents.map((percent) => ({ percent, value: histogram.percentile(percent) }));
}

/**
 * Exact percentile (nearest rank) of values sorted ascending.
 * @returns `undefined` when there are none
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
 */
export function exactPercentile(sorted: ArrayLike<number>, percent: number): number | undefined {
  checkPercentile(percent);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1];
}
