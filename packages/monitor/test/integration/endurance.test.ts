import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { needs, skipUnless } from '@hftmon/testkit';

const SCRIPT = fileURLToPath(new URL('../../stress/endurance.mjs', import.meta.url));

/** The short form of `npm run stress:long`. */
it('monitoring a busy process does not grow', { timeout: 900_000 }, async (context) => {
  skipUnless(context, needs.bpf);
  const words = ['--expose-gc', '--single-threaded', SCRIPT, '--seconds', '10'];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  const { fine, losses, grewMb } = JSON.parse(stdout) as Record<string, unknown>;
  expect({ fine, grewMb }).toMatchObject({ fine: true });
  const { seen, emitted, filtered, dropped } = losses as Record<string, number>;
  expect(seen).toBe(emitted! + filtered! + dropped!);
  expect(seen).toBeGreaterThan(10_000);
});
