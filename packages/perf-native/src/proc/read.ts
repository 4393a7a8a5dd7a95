import { readFileSync } from 'node:fs';

/**
 * Text of a file of /proc or /sys; `undefined` when it is not there, not readable, or its process
 * has ended (ESRCH).
 */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
