import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holderTools, skipUnless, spawnHolder } from '@hftmon/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileHold } from '../../../src/index.js';

describe('the hold on a file', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hftmon-hold-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function taken(path: string): FileHold {
    const hold = FileHold.take(path);
    if (typeof hold === 'string') throw new Error(hold);
    return hold;
  }

  it('is one, of a file or a directory, until it is released', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const path of [file, folder]) {
      const hold = taken(path);
      expect(FileHold.take(path)).toBe('held');
      hold.release();
      hold.release();
      taken(path).release();
    }
  });

  it('is of what is there, and of nothing behind a link', () => {
    const file = join(folder, 'file');
    expect(FileHold.take(file)).toBe('gone');
    symlinkSync(folder, file);
    expect(FileHold.take(file)).toBe('unknown');
  });

  it('goes with the file, not with its name', () => {
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    mkdirSync(from);
    using _hold = taken(from);
    renameSync(from, to);
    expect(FileHold.take(from)).toBe('gone');
    expect(FileHold.take(to)).toBe('held');
  });

  it('of a process in another pid namespace is seen, and ends when that is killed', async (context) => {
    skipUnless(context, holderTools);
    await using holder = await spawnHolder(folder);
    expect(FileHold.take(folder)).toBe('held');
    await holder.kill();
    taken(folder).release();
  });
});
