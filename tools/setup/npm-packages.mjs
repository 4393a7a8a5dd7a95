import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './report.mjs';
import { run } from './run.mjs';

export function ensureNpmPackages(root) {
  if (installedMatchesLock(root)) return say('npm packages: up to date');
  say('npm packages: installing');
  run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
}

/**
 * npm records what it installed in a lock file of its own; comparing contents, not dates,
 * survives a fresh checkout or a branch switch that rewrites files without changing them.
 */
function installedMatchesLock(root) {
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  const installed = lockedPackages(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    // Binaries for other platforms are in the lock file but never installed here.
    return found ? found.version === entry.version : entry.optional === true;
  });
}

function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
