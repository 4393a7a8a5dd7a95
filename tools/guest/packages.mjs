import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Workspace packages and all they depend on, as npm installed them.
 * @param {string} root of the repository
 * @param {readonly string[]} names
 * @returns {Map<string, string>} directories by name; workspace packages are links
 */
export function packageClosure(root, names) {
  const found = new Map();
  const wanted = [...names];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const directory = join(root, 'node_modules', name);
    // What is optional may be for another platform.
    if (found.has(name) || !existsSync(directory)) continue;
    found.set(name, directory);
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies']) {
      wanted.push(...Object.keys(manifest[kind] ?? {}));
    }
  }
  return found;
}
