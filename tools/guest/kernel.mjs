import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { GuestError } from './guest-error.mjs';

/** Kernels of Debian that the guest knows, by the begin of their release. */
export const KERNEL_SERIES = ['6.1', '6.12'];

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'hftmon-guest');

/**
 * Path of a kernel image. Debian's package is downloaded and unpacked at the first use and never
 * installed.
 * @param {string} series of {@link KERNEL_SERIES}
 * @throws GuestError when there is none and Debian's package can't be had
 */
export function guestKernel(series) {
  return cachedKernel(series) ?? downloadKernel(series);
}

function cachedKernel(series) {
  if (!existsSync(cache)) return undefined;
  const [name] = readdirSync(cache).filter((file) => file.startsWith(`vmlinuz-${series}.`));
  return name && join(cache, name);
}

function downloadKernel(series) {
  const name = packageName(series);
  mkdirSync(cache, { recursive: true });
  // In the cache, so that the last step is a rename within one file system.
  const directory = mkdtempSync(join(cache, 'download-'));
  try {
    run('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', name], directory);
    const [archive] = readdirSync(directory);
    run('dpkg-deb', ['-x', archive, 'unpacked'], directory);
    const boot = join(directory, 'unpacked', 'boot');
    const image = readdirSync(boot).find((file) => file.startsWith('vmlinuz-'));
    renameSync(join(boot, image), join(cache, image));
    return join(cache, image);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Package of the newest kernel of a series, by what Debian's meta packages depend on. */
function packageName(series) {
  const metas = ['search', '--names-only', `^linux-image-(${series}-)?cloud-amd64$`];
  for (const [, meta] of run('apt-cache', metas).matchAll(/^(\S+) - /gm)) {
    const name = /^ *Depends: (linux-image-\S+)$/m.exec(run('apt-cache', ['depends', meta]))?.[1];
    if (name?.startsWith(`linux-image-${series}.`)) return name;
  }
  throw new GuestError(
    `no kernel ${series} in Debian's package lists: run apt-get update, or put vmlinuz-${series}.* into ${cache}`,
  );
}

function run(command, args, cwd) {
  try {
    return execFileSync(command, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const detail = String(error.stderr || error.message).trim();
    throw new GuestError(`${command} ${args.join(' ')}: ${detail}`, { cause: error });
  }
}
