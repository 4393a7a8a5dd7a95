import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A file that no directory knows, so that nothing is left of it when its last owner ends, however
 * that comes. A child that inherits it as fd N opens it as /dev/fd/N.
 * @returns {number} its file descriptor
 */
export function openNamelessFile() {
  const directory = mkdtempSync(join(tmpdir(), 'hftmon-guest-'));
  try {
    return openSync(join(directory, 'file'), 'w+', 0o600);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
