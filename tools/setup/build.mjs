import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildFingerprint, builtFiles } from './fingerprint.mjs';
import { say } from './report.mjs';
import { run } from './run.mjs';

/**
 * Nx would find out by itself that nothing changed, but takes seconds to start;
 * a fingerprint of the inputs answers in milliseconds.
 */
export function ensureBuild(root) {
  const stamp = join(root, 'node_modules', '.cache', 'hftmon-build');
  const fingerprint = buildFingerprint(root);
  if (isBuilt(root, stamp, fingerprint)) return say('build: up to date');

  say('build: native library and packages');
  rmSync(stamp, { force: true });
  run('npx', ['--no-install', 'nx', 'run-many', '-t', 'build'], {
    cwd: root,
    env: { NX_DAEMON: 'false', NX_TUI: 'false' },
  });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, fingerprint);
}

function isBuilt(root, stamp, fingerprint) {
  return (
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === fingerprint &&
    builtFiles(root).every((file) => existsSync(file))
  );
}
