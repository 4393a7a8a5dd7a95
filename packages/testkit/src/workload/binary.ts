import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WorkloadError } from './workload-error.js';

/** `native/` of this package: the same from `src/workload` and from `dist/workload`. */
const nativeDirectory = join(import.meta.dirname, '..', '..', 'native');

/**
 * Path of a built workload.
 * @throws WorkloadError with the command that builds it
 */
export function workloadBinary(name: string): string {
  const path = join(nativeDirectory, '.output', name);
  if (!existsSync(path)) {
    throw new WorkloadError(name, `not built; run: make -C ${nativeDirectory}`);
  }
  return path;
}
