import { execFileSync } from 'node:child_process';

/** `libc.so.6 => /lib/…/libc.so.6 (0x…)`, and the loader itself, `/lib64/ld-linux-… (0x…)`. */
const LOADED = /(?:=> |^\t)(\/\S+) \(0x/gm;

/**
 * Paths of the shared libraries and the loader that programs need.
 * @param {readonly string[]} programs dynamically linked ones, of this host
 * @returns {Set<string>}
 */
export function sharedLibraries(programs) {
  const listing = execFileSync('ldd', programs, { encoding: 'utf8' });
  return new Set(Array.from(listing.matchAll(LOADED), ([, path]) => path));
}
