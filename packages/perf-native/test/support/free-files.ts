import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync } from 'node:fs';

/** The part of a diagnostic report that tells what `ulimit -n` does. */
interface FileLimit {
  readonly userLimits: { readonly open_files: { readonly soft: number | string } };
}

/**
 * Files held beside those to do without: given back first, they let the limit be lifted by a
 * process of its own, which needs some itself, even where `act` kept all it was given.
 */
const HELD_BACK = 64;

/** Does something while this process may open only so many more files. Needs prlimit. */
export function withFreeFiles(free: number, act: () => void): void {
  const limit = process.report.getReport() as unknown as FileLimit;
  const taken: number[] = [];
  limitFiles(Math.max(...readdirSync('/proc/self/fd').map(Number)) + free + HELD_BACK);
  try {
    takeAll(taken);
    for (const fd of taken.splice(0, free)) closeSync(fd);
    act();
  } finally {
    for (const fd of taken) closeSync(fd);
    limitFiles(limit.userLimits.open_files.soft);
  }
}

function takeAll(taken: number[]): void {
  for (;;) {
    try {
      taken.push(openSync('/dev/null', 'r'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EMFILE') return;
      throw error;
    }
  }
}

function limitFiles(soft: number | string): void {
  const args = ['--pid', String(process.pid), `--nofile=${soft}:`];
  execFileSync('prlimit', args, { stdio: 'ignore' });
}
