import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holderTools, skipUnless, spawnHolder } from '@hftmon/testkit';
import { expect, it } from 'vitest';
import { ReplayDirectory } from '../../src/flight/replay-directory.js';

it('the directory of a replay in another pid namespace stays until that is killed', async (context) => {
  skipUnless(context, holderTools);
  const folder = mkdtempSync(join(tmpdir(), 'hftmon-shared-'));
  try {
    // Pid 1 of its namespace; here, the process with that pid is another.
    const theirs = join(folder, 'hftmon-replay-1-4711-Ab1xyz');
    mkdirSync(join(theirs, 'proc'), { recursive: true });
    await using holder = await spawnHolder(theirs);
    new ReplayDirectory(folder)[Symbol.dispose]();
    expect(existsSync(theirs)).toBe(true);
    await holder.kill();
    new ReplayDirectory(folder)[Symbol.dispose]();
    expect(existsSync(theirs)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
