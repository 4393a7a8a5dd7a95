import { createError } from '@hftmon/core';
import type { CountingOptions } from './types.js';

/** Least and most of the options that are numbers. */
const RANGES = [
  ['counterIntervalUs', 10, 60e6],
  ['counterSamples', 1, 2 ** 24],
  ['maxThreads', 1, 2 ** 20],
] as const;

/**
 * Checks the options also where nothing can be counted, so that a mistake shows on every host.
 * @throws ConfigurationError HFTMON_E_CONFIG_INVALID
 */
export function checkCountingOptions(options: CountingOptions): void {
  for (const [option, least, most] of RANGES) {
    const value = options[option];
    const isFit =
      value === undefined || (Number.isInteger(value) && value >= least && value <= most);
    if (isFit) continue;
    const expected = `a whole number from ${least} to ${most}`;
    throw createError('HFTMON_E_CONFIG_INVALID', { option, value, expected });
  }
}
