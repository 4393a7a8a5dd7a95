import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasEnded, inspectProcess } from '@hftmon/core';

const NAME = /^hftmon-replay-(\d+)-(\d+)-\w+$/;

/**
 * Makes a temporary directory for a replay, and removes those of processes that were killed in
 * one. Its name tells who made it.
 */
export function makeReplayDirectory(folder = tmpdir()): string {
  for (const name of readdirSync(folder)) {
    const [, pid, startTimeTicks] = NAME.exec(name) ?? [];
    if (pid === undefined || !hasEnded(Number(pid), Number(startTimeTicks))) continue;
    const path = join(folder, name);
    // Where everybody may make directories, those of others are no business of ours.
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory() !== true || stats.uid !== process.geteuid?.()) continue;
    rmSync(path, { recursive: true, force: true });
  }
  const { pid, startTimeTicks } = inspectProcess(process.pid);
  return mkdtempSync(join(folder, `hftmon-replay-${pid}-${startTimeTicks}-`));
}
