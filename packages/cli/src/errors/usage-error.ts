import { ConfigurationError } from '@hftmon/core';

/** The command line is wrong. Message and remedy are one line. */
export function usageError(what: string, remedy: string): ConfigurationError {
  return new ConfigurationError({
    code: 'HFTMON_E_USAGE',
    message: `${what}. Remedy: ${remedy}`,
    remedy,
  });
}
