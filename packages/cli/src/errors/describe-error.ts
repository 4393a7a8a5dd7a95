import { isMonitorError, messageOf, toMonitorError } from '@hftmon/core';

/** One line for stderr: what, why, remedy. */
export function describeError(error: unknown): string {
  const known = isMonitorError(error) ? error : toMonitorError(error, 'hftmon');
  return `hftmon: ${oneLine(known.message)} [${known.code}]`;
}

function oneLine(text: string): string {
  return messageOf(text)
    .replace(/\s*\n\s*/g, '; ')
    .trim();
}
