import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Buckets of a microsecond each; the last one takes what is longer. */
const BUCKETS = 1024;

/** Why oslat can't be measured; `undefined` when it can. */
export function oslatMissing() {
  const { error } = spawnSync('oslat', ['--version'], { stdio: 'ignore' });
  return error === undefined ? undefined : 'oslat is not installed (package rt-tests)';
}

/**
 * Runs oslat on a CPU. A bucket of n us holds times of more than n - 1 us and up to n us.
 * @returns gaps over 1 and 10 us, readings and the longest time in ns
 */
export function runOslat({ cpu, seconds, housekeeping }) {
  const folder = mkdtempSync(join(tmpdir(), 'hftmon-oslat-'));
  const file = join(folder, 'oslat.json');
  try {
    const where = ['-c', String(cpu), '-C', String(housekeeping[0])];
    const args = [...where, '-D', String(seconds), '-b', String(BUCKETS), '-q', `--json=${file}`];
    execFileSync('oslat', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const { thread } = JSON.parse(readFileSync(file, 'utf8'));
    const { max, duration, histogram } = thread[0];
    const over = (us) =>
      Object.entries(histogram).reduce((sum, [n, times]) => sum + (Number(n) > us ? times : 0), 0);
    return {
      durationNs: duration * 1e9,
      readings: over(0),
      over1us: over(1),
      over10us: over(10),
      longestNs: max * 1000,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
