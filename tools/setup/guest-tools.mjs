import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { hostReason, missingPackages } from '../guest/requirements.mjs';
import { canInstall, installCommand, installPackages } from './debian.mjs';
import { SetupError, say } from './report.mjs';

/**
 * What the tests in a virtual machine need: an emulator, and kernels to boot. They are skipped
 * where it can't be had, so nothing here stops the set-up.
 * @param {string} root of the repository
 */
export function ensureGuestTools(root) {
  const reason = hostReason() ?? install() ?? fetchKernels(root);
  say(reason === undefined ? 'guest: up to date' : `guest: its tests will be skipped: ${reason}`);
}

/** @returns {string | undefined} why not */
function install() {
  const packages = missingPackages();
  if (packages.length === 0) return undefined;
  if (!canInstall()) return `needs ${installCommand(packages)}`;
  try {
    installPackages(packages);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return error.message;
  }
}

/** @returns {string | undefined} why not */
function fetchKernels(root) {
  const main = join(root, 'tools/guest/main.mjs');
  const { status, stderr } = spawnSync(process.execPath, [main, '--check'], { encoding: 'utf8' });
  return status === 0 ? undefined : stderr.trim();
}
