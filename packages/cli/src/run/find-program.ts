import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../errors/usage-error.js';

/**
 * Path of a command, as a shell would find it.
 * @throws ConfigurationError when there is none that may be run
 */
export function findProgram(name: string, path = process.env['PATH'] ?? ''): string {
  const places = name.includes('/') ? [name] : path.split(':').map((dir) => join(dir || '.', name));
  const found = places.find(isProgram);
  if (found !== undefined) return found;
  const where = name.includes('/') ? 'is no program that may be run' : 'is not in the PATH';
  throw usageError(`"${name}" ${where}`, 'give the path of a program after --');
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
