import { usageError } from '../errors/usage-error.js';

const UNITS: Readonly<Record<string, number>> = { hz: 1, khz: 1e3, mhz: 1e6 };
const RATE = /^(\d+(?:\.\d+)?)(hz|khz|mhz)$/i;

/**
 * Time between two samples at a rate such as `1mhz`, ns; 0 for `max`, as often as possible.
 * @throws ConfigurationError
 */
export function parseRate(text: string): number {
  if (text === 'max') return 0;
  const match = RATE.exec(text);
  const hertz = Number(match?.[1]) * (UNITS[match?.[2]?.toLowerCase() ?? ''] ?? NaN);
  if (hertz >= 1 && hertz <= 1e6) return Math.round(1e9 / hertz);
  throw usageError(
    `--rate "${text}" is no rate from 1hz to 1mhz`,
    'give one such as 1mhz or 100khz, or max to read the clock without pause',
  );
}
