import { createError } from '@hftmon/core';
import type { NumaConfig } from './types.js';

/** The options with their defaults. */
export type CheckedConfig = Required<NumaConfig>;

const DEFAULTS: CheckedConfig = {
  placementIntervalMs: 1000,
  placementShare: 0.01,
  exactPages: 262_144,
  sampledPages: 16_384,
  sampledLines: 16_384,
  sampleAccesses: false,
  latencies: [],
  resctrl: false,
  damon: false,
};

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function checkConfig(options: NumaConfig, config: Readonly<NumaConfig>): CheckedConfig {
  const checked = { ...DEFAULTS, ...options, ...config };
  atLeast(checked, 'placementIntervalMs', 1);
  atLeast(checked, 'exactPages', 0);
  atLeast(checked, 'sampledPages', 1);
  const { placementShare, sampledLines } = checked;
  if (!(placementShare > 0 && placementShare <= 1)) {
    invalid('placementShare', placementShare, 'above 0, and at most 1');
  }
  if (!Number.isInteger(Math.log2(sampledLines)) || sampledLines < 16) {
    invalid('sampledLines', sampledLines, 'a power of two from 16');
  }
  return checked;
}

function atLeast(
  config: CheckedConfig,
  option: 'placementIntervalMs' | 'exactPages' | 'sampledPages',
  least: number,
): void {
  const value = config[option];
  if (!(Number.isInteger(value) && value >= least)) {
    invalid(option, value, `a whole number from ${least}`);
  }
}

function invalid(option: string, value: number, expected: string): never {
  throw createError('HFTMON_E_CONFIG_INVALID', { option, value, expected });
}
