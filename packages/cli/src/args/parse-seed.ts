import { usageError } from '../errors/usage-error.js';

/** A whole number from 0 to 2^31 - 1. @throws ConfigurationError */
export function parseSeed(text: string): number {
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (seed < 2 ** 31) return seed;
  throw usageError(`--seed is ${text}`, 'give a whole number, for example 42');
}
