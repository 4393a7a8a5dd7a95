import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Flight } from './read-flight.js';

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
  readonly #directory = mkdtempSync(join(tmpdir(), 'hftmon-replay-'));

  constructor({ dictionary: { files, links, tasks }, meta }: Flight) {
    this.procRoot = join(this.#directory, 'proc');
    this.sysRoot = join(this.#directory, 'sys');
    for (const { path, text } of files) {
      this.#at(path, (place) => writeFileSync(place, text, { mode: 0o600 }));
    }
    if (meta.host.kernel === release()) {
      for (const folder of OF_THE_KERNEL) {
        this.#at(`sys/${folder}`, (place) => symlinkSync(`/sys/${folder}`, place));
      }
    }
    // Threads that had ended by then, which the stream still knows.
    const pids = new Set(meta.targets.map(({ pid }) => pid));
    for (const { tid, pid, comm } of tasks.map(({ info }) => info)) {
      if (!pids.has(pid)) continue;
      this.#at(`proc/${pid}/task/${tid}/comm`, (place) => writeFileSync(place, `${comm}\n`));
    }
    for (const { path, target } of links) this.#at(path, (place) => symlinkSync(target, place));
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** A recording may come from anywhere: nothing of it is written elsewhere. */
  #at(path: string, write: (place: string) => void): void {
    if (!PATH.test(path) || path.split('/').some((part) => /^\.+$/.test(part))) return;
    const place = join(this.#directory, path);
    mkdirSync(dirname(place), { recursive: true });
    write(place);
  }
}
