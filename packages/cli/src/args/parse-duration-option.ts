import { parseDuration } from '@hftmon/core';
import { usageError } from '../errors/usage-error.js';

/**
 * Nanoseconds of an option that takes a duration longer than nothing.
 * @param example - a usual value of the option
 * @throws ConfigurationError
 */
export function parseDurationOption(option: string, example = '10s'): (text: string) => number {
  return (text) => {
    const ns = parseDuration(text);
    if (ns > 0) return ns;
    throw usageError(`${option} is ${text}`, `give more than no time, for example ${example}`);
  };
}
