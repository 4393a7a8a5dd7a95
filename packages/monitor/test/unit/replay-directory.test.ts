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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeReplayDirectory } from '../../src/flight/replay-directory.js';

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
      const other = makeReplayDirectory(folder);
      expect(readdirSync(folder)).toHaveLength(2);
      rmSync(other, { recursive: true });
    });
    const second = makeReplayDirectory(folder);
    const third = makeReplayDirectory(folder);
    expect(existsSync(first)).toBe(false);
    expect(
      readdirSync(folder)
        .map((name) => join(folder, name))
        .sort(),
    ).toEqual([second, third].sort());
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
    makeReplayDirectory(folder);
    expect(readdirSync(folder)).toHaveLength(5);
    expect(readFileSync(join(elsewhere, 'file'), 'utf8')).toBe('kept');
  });
});
