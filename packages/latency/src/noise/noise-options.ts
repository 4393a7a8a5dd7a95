import { createError } from '@hftmon/core';
import type { HostEnvironment, NoiseProbeOptions } from '@hftmon/perf-native';
import type { NoiseGap } from './noise-gap.js';

/** What to probe. The options of `NoiseProbe`, and what becomes of the gaps. */
export interface NoiseRunOptions extends Omit<NoiseProbeOptions, 'epochNs'> {
  /** Gaps that the report lists: the longest; the others are added up. Default 1000. */
  readonly maxGaps?: number;
  /** Percentiles of the lateness. Default 50, 90, 99, 99.9, 99.99 and 99.999. */
  readonly percentiles?: readonly number[];
  /** Hears of each gap when it is explained, some 10 ms after it. */
  readonly onGap?: (gap: NoiseGap) => void;
  /** Called once when the probe runs. */
  readonly onReady?: () => void;
  /** Ends the run early; the report is of what was seen until then. */
  readonly signal?: AbortSignal;
  /** Where to look; default: this host. */
  readonly environment?: HostEnvironment;
}

export const DEFAULT_PERCENTILES = [50, 90, 99, 99.9, 99.99, 99.999] as const;

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function mostGaps({ maxGaps = 1000 }: NoiseRunOptions): number {
  if (Number.isInteger(maxGaps) && maxGaps >= 1 && maxGaps <= 1e6) return maxGaps;
  throw createError('HFTMON_E_CONFIG_INVALID', {
    option: 'maxGaps',
    value: maxGaps,
    expected: 'a whole number from 1 to 1000000',
  });
}
