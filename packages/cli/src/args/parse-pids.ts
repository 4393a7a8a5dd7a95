import { usageError } from '../errors/usage-error.js';

/**
 * Pids of `-p PID[,PID]`. Whether there are such processes is found out when they are attached.
 * @throws ConfigurationError when it is no list of integers
 */
export function parsePids(text: string): number[] {
  const pids = text.split(',').map((part) => part.trim());
  const wrong = pids.find((part) => !/^-?\d+$/.test(part));
  if (wrong !== undefined) {
    throw usageError(`"${wrong}" is not a process id`, 'write -p PID or -p PID,PID');
  }
  return [...new Set(pids.map(Number))];
}
