import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectProcess } from '@hftmon/core';
import { FileHold } from '@hftmon/perf-native';
import { listFds } from '@hftmon/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReplayDirectory } from '../../src/flight/replay-directory.js';

/** A process that is killed, and meanwhile its mark in the names of directories. */
async function killed(act: (mark: string) => void): Promise<void> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const ended = once(child, 'close');
  await once(child, 'spawn');
  const { pid, startTimeTicks } = inspectProcess(child.pid!);
  act(`${pid}-${startTimeTicks}`);
  child.kill('SIGKILL');
  await ended;
}

describe('the directory of a replay', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hftmon-folder-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('goes with the next one, where its process was killed, and stays meanwhile', async () => {
    let first = '';
    await killed((mark) => {
      first = join(folder, `hftmon-replay-${mark}-Ab1xyz`);
      mkdirSync(join(first, 'proc/1'), { recursive: true });
      writeFileSync(join(first, 'proc/1/comm'), 'a');
      using other = new ReplayDirectory(folder);
      expect(readdirSync(folder)).toHaveLength(2);
      expect(existsSync(other.path)).toBe(true);
    });
    using second = new ReplayDirectory(folder);
    using third = new ReplayDirectory(folder);
    expect(existsSync(first)).toBe(false);
    expect(
      readdirSync(folder)
        .map((name) => join(folder, name))
        .sort(),
    ).toEqual([second.path, third.path].sort());
  });

  it('is told from what others have there', async (context) => {
    context.skip(process.geteuid!() !== 0, 'directories of others are made by root');
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'file'), 'kept');
    await killed((mark) => {
      symlinkSync(elsewhere, join(folder, `hftmon-replay-${mark}-linked`));
      const theirs = join(folder, `hftmon-replay-${mark}-theirs`);
      mkdirSync(theirs);
      chownSync(theirs, 65534, 65534);
      mkdirSync(join(folder, `hftmon-replayed-${mark}-similar`));
    });
    using own = new ReplayDirectory(folder);
    expect(readdirSync(folder)).toHaveLength(5);
    expect(existsSync(own.path)).toBe(true);
    expect(readFileSync(join(elsewhere, 'file'), 'utf8')).toBe('kept');
  });

  it('stays while somebody holds it, whatever its name says', () => {
    const theirs = join(folder, 'hftmon-replay-1-1-Ab1xyz');
    mkdirSync(theirs);
    const hold = FileHold.take(theirs);
    if (typeof hold === 'string') throw new Error(hold);
    new ReplayDirectory(folder)[Symbol.dispose]();
    expect(readdirSync(folder)).toHaveLength(1);
    hold.release();
    new ReplayDirectory(folder)[Symbol.dispose]();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is held itself until it is disposed of', () => {
    const own = new ReplayDirectory(folder);
    expect(FileHold.take(own.path)).toBe('held');
    own[Symbol.dispose]();
    const open = [...listFds(process.pid).values()];
    expect(open.filter((path) => path.startsWith(own.path))).toEqual([]);
  });
});
