import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasEnded, inspectProcess } from '@hftmon/core';
import { FileHold } from '@hftmon/perf-native';

const NAME = /^hftmon-replay-(\d+)-(\d+)-\w+$/;

/**
 * A temporary directory for a replay. Its name tells who made it, and it is held until it is
 * disposed of: the name means nothing in another pid namespace.
 */
export class ReplayDirectory implements Disposable {
  readonly path: string;
  readonly #hold: FileHold | undefined;

  /** Makes it, and removes those of processes that were killed in a replay. */
  constructor(folder = tmpdir()) {
    for (const name of readdirSync(folder)) removeLeftover(folder, name);
    const { pid, startTimeTicks } = inspectProcess(process.pid);
    for (;;) {
      const path = mkdtempSync(join(folder, `hftmon-replay-${pid}-${startTimeTicks}-`));
      const hold = FileHold.take(path);
      // One in another namespace came between, and took it for a left-over.
      if (hold === 'held' || hold === 'gone') continue;
      this.path = path;
      // What can't be held is removed by nobody.
      this.#hold = hold === 'unknown' ? undefined : hold;
      return;
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
    this.#hold?.release();
  }
}

function removeLeftover(folder: string, name: string): void {
  const [, pid, startTimeTicks] = NAME.exec(name) ?? [];
  if (pid === undefined || !hasEnded(Number(pid), Number(startTimeTicks))) return;
  const path = join(folder, name);
  // Where everybody may make directories, those of others are no business of ours.
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true || stats.uid !== process.geteuid?.()) return;
  const hold = FileHold.take(path);
  if (typeof hold === 'string') return;
  rmSync(path, { recursive: true, force: true });
  hold.release();
}
