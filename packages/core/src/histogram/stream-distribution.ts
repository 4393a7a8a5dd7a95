import type { LogLinearHistogram } from './log-linear-histogram.js';
import { percentilesOf, type Percentile } from './percentiles.js';

/** A distribution of what the stream brought, in the unit of its metric. */
export interface StreamDistribution {
  readonly count: number;
  /** These three are `undefined` when there were no values. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly mean: number | undefined;
  /** How far a percentile may lie from the true value, as a share of it. */
  readonly relativeError: number;
  readonly percentiles: readonly Percentile[];
}

/**
 * Sums a histogram up as the value of a metric.
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for a percentile out of 0 to 100
 */
export function streamDistribution(
  histogram: LogLinearHistogram,
  percents: readonly number[],
): StreamDistribution {
  return {
    count: histogram.count,
    min: histogram.min,
    max: histogram.max,
    mean: histogram.mean,
    relativeError: histogram.relativeError,
    percentiles: percentilesOf(histogram, percents),
  };
}
