import { createError, parseDuration } from '@hftmon/core';

/**
 * Nanoseconds of an option that takes a duration longer than nothing.
 * @throws ConfigurationError
 */
export function parseDurationOption(option: string): (text: string) => number {
  return (text) => {
    const ns = parseDuration(text);
    if (ns > 0) return ns;
    throw createError('HFTMON_E_CONFIG_INVALID', {
      option,
      value: text,
      expected: 'longer than nothing',
    });
  };
}
