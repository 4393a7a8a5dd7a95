import { lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import type { Flight } from './read-flight.js';
import { ReplayDirectory } from './replay-directory.js';

const PATH = /^(?:proc|sys)(?:\/[\w.:-]+)+$/;

/** What says which causes can be ruled out, and is too large for recordings. */
const OF_THE_KERNEL = ['kernel/btf', 'devices/system/cpu', 'bus/event_source'];

/**
 * The parts of /proc and /sys that a recording brings along, laid out in a temporary directory
 * until it is disposed of. What only depends on kernel and machine is this host's own, if it runs the
 * same kernel.
 */
export class RecordedTree implements Disposable {
  readonly procRoot: string;
  readonly sysRoot: string;
  readonly #directory = new ReplayDirectory();

  constructor(flight: Flight) {
    this.procRoot = join(this.#directory.path, 'proc');
    this.sysRoot = join(this.#directory.path, 'sys');
    try {
      this.#layOut(flight);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }

  #layOut({ dictionary: { files, links, tasks }, meta }: Flight): void {
    for (const { path, text } of files) {
      this.#at(path, (place) => writeFileSync(place, text, { mode: 0o600 }));
    }
    // Threads that had ended by then, which the stream still knows.
    const pids = new Set(meta.targets.map(({ pid }) => pid));
    for (const { tid, pid, comm } of tasks.map(({ info }) => info)) {
      if (!pids.has(pid)) continue;
      this.#at(`proc/${pid}/task/${tid}/comm`, (place) => writeFileSync(place, `${comm}\n`));
    }
    for (const { path, target } of links) this.#at(path, (place) => symlinkSync(target, place));
    // Last: from here on paths lead out of the tree.
    if (meta.host.kernel !== release()) return;
    for (const folder of OF_THE_KERNEL) this.#complete(folder);
  }

  /** Adds what this host has in a folder of /sys and the recording has not. */
  #complete(folder: string): void {
    const own = `/sys/${folder}`;
    const kind = kindOf(join(this.sysRoot, folder));
    if (kind === 'absent') this.#at(`sys/${folder}`, (place) => symlinkSync(own, place));
    else if (kind === 'directory' && kindOf(own) === 'directory') {
      for (const name of readdirSync(own)) this.#complete(`${folder}/${name}`);
    }
  }

  /**
   * A recording may come from anywhere: nothing of it is written elsewhere, also not through a link
   * of its own. Of two files in one place the latter stays.
   */
  #at(path: string, write: (place: string) => void): void {
    if (!PATH.test(path) || path.split('/').some((part) => /^\.+$/.test(part))) return;
    let place = this.#directory.path;
    for (const folder of dirname(path).split('/')) {
      place = join(place, folder);
      const kind = kindOf(place);
      if (kind === 'absent') mkdirSync(place);
      else if (kind !== 'directory') return;
    }
    place = join(this.#directory.path, path);
    const kind = kindOf(place);
    if (kind === 'file') rmSync(place);
    if (kind === 'file' || kind === 'absent') write(place);
  }
}

/** What is in a place; a link is not followed. */
function kindOf(place: string): 'absent' | 'directory' | 'file' | 'link' {
  const stats = lstatSync(place, { throwIfNoEntry: false });
  if (stats === undefined) return 'absent';
  return stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'link' : 'file';
}
