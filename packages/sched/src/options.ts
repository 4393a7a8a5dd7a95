import { checkPercentile, createError } from '@hftmon/core';
import type { SchedulingConfig } from './types.js';

/** The options with their defaults. */
export type ResolvedOptions = Required<SchedulingConfig>;

const DEFAULT_PERCENTILES = [50, 90, 99, 99.9];
const DEFAULT_INTERVAL_MS = 100;

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function resolveOptions(config: Readonly<SchedulingConfig>): ResolvedOptions {
  const { percentiles = DEFAULT_PERCENTILES, attributesIntervalMs = DEFAULT_INTERVAL_MS } = config;
  percentiles.forEach(checkPercentile);
  if (!(attributesIntervalMs > 0)) {
    throw createError('HFTMON_E_CONFIG_INVALID', {
      option: 'attributesIntervalMs',
      value: attributesIntervalMs,
      expected: 'a number above 0',
    });
  }
  return { percentiles, attributesIntervalMs };
}
