import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

/**
 * For a whole test. Software emulation takes half a minute where nothing else runs, and many times
 * that on a loaded host.
 */
export const GUEST_TEST_MS = 1_000_000;
/** The guest ends before the test, so that its console is shown. */
const GUEST_LIMIT_S = 900;

const GUEST = join(import.meta.dirname, '..', '..');
/** Exit code of the command when no guest can run here. */
const NOT_POSSIBLE = 3;

/**
 * Runs a program of `tools/guest/programs` in a guest and returns the JSON that it printed. Skips
 * the test where there can be no guest.
 */
export async function runInGuest<Answer>(
  context: TestContext,
  program: string,
  kernel: string,
): Promise<Answer> {
  const main = join(GUEST, 'main.mjs');
  const limit = ['--timeout', String(GUEST_LIMIT_S)];
  const args = [main, '--kernel', kernel, ...limit, join(GUEST, 'programs', program)];
  const { code, stdout, stderr } = await run(args, context.signal);
  if (code === NOT_POSSIBLE) context.skip(stderr.trim());
  if (code !== 0) throw new Error(`exit code ${code}\n${stdout}\n${stderr}`);
  return JSON.parse(stdout) as Answer;
}

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** The guest ends with the command, and the command with the test. */
function run(args: readonly string[], signal: AbortSignal): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { signal, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}
