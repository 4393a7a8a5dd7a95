import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { SetupError, say } from './report.mjs';

// Debian keeps bpftool in /usr/sbin, which is not on an ordinary user's PATH.
const searchPath = [process.env.PATH, '/usr/sbin', '/sbin'].filter(Boolean).join(delimiter);

export function searchDirs() {
  return searchPath.split(delimiter);
}

/** Runs a command in the open and stops the set-up if it fails. No input: there may be no terminal. */
export function run(command, args, { cwd, env = {} } = {}) {
  say(`$ ${[command, ...args].join(' ')}`);
  const { status, signal, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env, PATH: searchPath },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status === 0) return;
  const how = error?.message ?? (signal ? `ended by ${signal}` : `exit code ${status}`);
  throw new SetupError(`failed: ${command} ${args.join(' ')} (${how})`);
}
