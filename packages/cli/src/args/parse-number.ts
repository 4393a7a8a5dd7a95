import { usageError } from '../errors/usage-error.js';

/**
 * A whole number from `least` to `most`.
 * @throws ConfigurationError
 */
export function parseNumber(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw usageError(`${option} is "${text}"`, `give a whole number from ${least} to ${most}`);
  };
}
