import { createError } from '@hftmon/core';

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` when it is no number from `low` to `high` */
export function checkNumber(option: string, value: number, low: number, high: number): void {
  if (typeof value === 'number' && value >= low && value <= high) return;
  const expected = `a number from ${low} to ${high}`;
  throw createError('HFTMON_E_CONFIG_INVALID', { option, value: String(value), expected });
}
