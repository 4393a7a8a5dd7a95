import { existsSync, readFileSync } from 'node:fs';
import { run } from './run.mjs';

const installArgs = ['install', '-y', '--no-install-recommends'];

export function canInstall() {
  return process.getuid() === 0 && isDebianLike();
}

/** The command a user has to run where we may not. */
export function installCommand(packages) {
  return `sudo apt-get update && sudo apt-get ${[...installArgs, ...packages].join(' ')}`;
}

export function installPackages(packages) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  // A machine that has just booted may be updating itself; wait for it instead of failing.
  const wait = ['-o', 'DPkg::Lock::Timeout=120'];
  run('apt-get', [...wait, '-q', 'update'], { env });
  run('apt-get', [...wait, '-q', ...installArgs, ...packages], { env });
}

function isDebianLike() {
  if (!existsSync('/etc/os-release')) return false;
  const osRelease = readFileSync('/etc/os-release', 'utf8');
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease);
}
