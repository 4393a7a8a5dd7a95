import { messageOf, MonitorError } from '@hftmon/core';

/** The result could not be written. Message and remedy are one line. */
export function outputError(file: string | undefined, cause: NodeJS.ErrnoException): MonitorError {
  const where = file ?? 'to standard output';
  const isFull = cause.code === 'ENOSPC' || cause.code === 'EDQUOT';
  const remedy = isFull ? 'free some space, or write elsewhere with -o' : 'write elsewhere with -o';
  const reason = isFull ? 'no space left' : messageOf(cause);
  return new MonitorError({
    code: 'HFTMON_E_OUTPUT',
    message: `cannot write ${where}: ${reason}. Remedy: ${remedy}`,
    remedy,
    cause,
  });
}
