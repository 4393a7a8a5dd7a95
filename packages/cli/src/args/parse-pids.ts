import { createError } from '@hftmon/core';
import { usageError } from '../errors/usage-error.js';

/**
 * Pids of `-p PID[,PID]`. Whether there are such processes is found out when they are attached.
 * @throws ConfigurationError when it is no list of integers
 * @throws ProcessNotFoundError when one is larger than any pid
 */
export function parsePids(text: string): number[] {
  const pids = text.split(',').map((part) => part.trim());
  const wrong = pids.find((part) => !/^-?\d+$/.test(part));
  if (wrong !== undefined) {
    throw usageError(`"${wrong}" is not a process id`, 'write -p PID or -p PID,PID');
  }
  // Quoted as typed: such a number would be rounded. The kernel has no pid of this size.
  const huge = pids.find((part) => !Number.isSafeInteger(Number(part)));
  if (huge !== undefined) {
    const code = huge.startsWith('-') ? 'HFTMON_E_PID_INVALID' : 'HFTMON_E_PROCESS_NOT_FOUND';
    throw createError(code, { pid: huge });
  }
  return [...new Set(pids.map(Number))];
}
