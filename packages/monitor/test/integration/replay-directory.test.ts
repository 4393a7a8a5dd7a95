import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs, skipUnless } from '@hftmon/testkit';
import { expect, it } from 'vitest';
import { ReplayDirectory } from '../../src/flight/replay-directory.js';

it('the directory of a replay in another pid namespace stays until that is killed', async (context) => {
  skipUnless(context, needs.root, needs.tool('unshare'), needs.tool('flock'));
  const folder = mkdtempSync(join(tmpdir(), 'hftmon-shared-'));
  try {
    // Pid 1 of its namespace; here, the process with that pid is another.
    const theirs = join(folder, 'hftmon-replay-1-4711-Ab1xyz');
    mkdirSync(join(theirs, 'proc'), { recursive: true });
    const child = spawn(
      'unshare',
      [
        '--pid',
        '--fork',
        '--kill-child',
        'flock',
        '--no-fork',
        theirs,
        'sh',
        '-c',
        'echo; sleep 60',
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    new ReplayDirectory(folder)[Symbol.dispose]();
    expect(existsSync(theirs)).toBe(true);
    child.kill('SIGKILL');
    await ended;
    new ReplayDirectory(folder)[Symbol.dispose]();
    expect(existsSync(theirs)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
