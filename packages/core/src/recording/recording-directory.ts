import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createError, messageOf } from '../errors/create-error.js';
import { hasEnded, inspectProcess } from '../process/read-process.js';

/** How much a directory may hold. */
export interface DirectoryBounds {
  /** Most recordings. */
  readonly maxFiles: number;
  /** Most bytes of all recordings together. */
  readonly maxBytes: number;
}

/** A file that is held: others see that its writer lives, in whatever pid namespace. */
export interface HeldFile {
  release(): void;
}

/**
 * Holds a file until it is released or this process ends; where that fails, who has it: somebody
 * else, nobody because it is not there any more, or that can't be told.
 */
export type HoldFile = (path: string) => HeldFile | 'held' | 'gone' | 'unknown';

const RECORDING = /^hftmon-\d{8}T\d{6}\.\d{3}Z-\d+-\d{6}\.flight$/;
const UNFINISHED = /^\.hftmon-.*\.flight\.(\d+)-(\d+)\.tmp$/;

/**
 * A directory of recordings. A file has its final name only when it is whole and on the disk: it
 * is written under a hidden name first, with mode 0600, then renamed. When there are too many, the
 * oldest recordings go; other files are never touched.
 */
export class RecordingDirectory {
  readonly path: string;
  readonly #bounds: DirectoryBounds;
  readonly #hold: HoldFile;
  readonly #writer: string;
  #files = 0;

  /**
   * Makes the directory if there is none, and removes what writers that were killed left behind.
   * @throws MonitorError `HFTMON_E_RECORDING_WRITE`
   */
  constructor(path: string, bounds: DirectoryBounds, hold: HoldFile) {
    this.path = path;
    this.#bounds = bounds;
    this.#hold = hold;
    this.#writer = `${process.pid}-${inspectProcess(process.pid).startTimeTicks}`;
    this.#guard(() => {
      makeDirectory(path);
      this.#clearUnfinished();
      this.#proveWritable();
    });
  }

  /**
   * Writes a recording. Blocks until it is on the disk.
   * @param time - in its name, which sorts by it
   * @returns its path
   * @throws MonitorError `HFTMON_E_RECORDING_WRITE`; nothing of it is left then
   */
  write(time: Date, pieces: readonly Uint8Array[]): string {
    const stamp = time.toISOString().replace(/[-:]/g, '');
    const number = String(++this.#files % 1e6).padStart(6, '0');
    const name = `hftmon-${stamp}-${process.pid}-${number}.flight`;
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    return this.#guard(() => {
      this.#makeRoom(bytes);
      const unfinished = join(this.path, `.${name}.${this.#writer}.tmp`);
      try {
        this.#writeWhole(unfinished, join(this.path, name), pieces);
      } catch (error) {
        rmSync(unfinished, { force: true });
        throw error;
      }
      return join(this.path, name);
    });
  }

  /** Names of the recordings, the oldest first. */
  list(): string[] {
    return readdirSync(this.path)
      .filter((name) => RECORDING.test(name))
      .sort();
  }

  #makeRoom(bytes: number): void {
    const { maxFiles, maxBytes } = this.#bounds;
    if (bytes > maxBytes) {
      throw new Error(`its ${bytes} bytes are more than the ${maxBytes} that are allowed`);
    }
    const files = this.list().map((name) => ({ path: join(this.path, name), bytes: 0 }));
    for (const file of files)
      file.bytes = statSync(file.path, { throwIfNoEntry: false })?.size ?? 0;
    let held = files.reduce((sum, file) => sum + file.bytes, 0);
    let left = files.length;
    for (const file of files) {
      if (left < maxFiles && held + bytes <= maxBytes) return;
      rmSync(file.path, { force: true });
      held -= file.bytes;
      left--;
    }
  }

  #clearUnfinished(): void {
    for (const name of readdirSync(this.path)) {
      const match = UNFINISHED.exec(name);
      if (match === null || !hasEnded(Number(match[1]), Number(match[2]))) continue;
      const unfinished = join(this.path, name);
      // A writer in another pid namespace has a pid that means nothing here.
      const hold = this.#hold(unfinished);
      if (typeof hold === 'string') continue;
      rmSync(unfinished, { force: true });
      hold.release();
    }
  }

  #writeWhole(unfinished: string, whole: string, pieces: readonly Uint8Array[]): void {
    const { fd, release } = this.#openHeld(unfinished);
    try {
      for (const piece of pieces) {
        for (let at = 0; at < piece.length;) at += writeSync(fd, piece, at);
      }
      fsyncSync(fd);
      renameSync(unfinished, whole);
    } finally {
      release();
      closeSync(fd);
    }
  }

  #openHeld(file: string): { readonly fd: number; readonly release: () => void } {
    for (;;) {
      const fd = openSync(file, 'wx', 0o600);
      const hold = this.#hold(file);
      // What can't be held is removed by nobody.
      if (hold === 'unknown') return { fd, release: () => undefined };
      if (typeof hold !== 'string') return { fd, release: () => hold.release() };
      // A monitor in another namespace has just taken it for a left-over.
      closeSync(fd);
      rmSync(file, { force: true });
    }
  }

  /** Says now, and not at the first spike, that nothing can be written here. */
  #proveWritable(): void {
    const probe = join(this.path, `.hftmon-probe.flight.${this.#writer}.tmp`);
    const { fd, release } = this.#openHeld(probe);
    closeSync(fd);
    rmSync(probe);
    release();
  }

  #guard<Result>(call: () => Result): Result {
    try {
      return call();
    } catch (error) {
      const facts = { directory: this.path, detail: messageOf(error) };
      throw createError('HFTMON_E_RECORDING_WRITE', facts, { cause: error });
    }
  }
}

/** Not by `recursive`, which never returns where the kernel lets nobody make directories. */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  if (!existsSync(dirname(path))) makeDirectory(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}
