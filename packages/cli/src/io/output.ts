import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '@hftmon/core';
import { outputError } from '../errors/output-error.js';
import { usageError } from '../errors/usage-error.js';

/**
 * Where a verb writes its result: standard output, or the file of `-o`. A write that fails does not
 * throw, for it may come from a listener; it ends the run, and `close` throws it.
 */
export class Output {
  readonly isTerminal: boolean;
  readonly #file: string | undefined;
  #fd: number | undefined;
  #begun = false;
  #broken = false;
  #failure: Error | undefined;
  #onBroken: () => void = () => undefined;
  readonly #onError = (error: NodeJS.ErrnoException): void => {
    if (this.#broken) return;
    this.#broken = true;
    // Nobody reads any more, as in `hftmon … | head`: that is no error.
    if (error.code !== 'EPIPE') this.#failure = outputError(this.#file, error);
    this.#onBroken();
  };

  /** @throws ConfigurationError when the file cannot be written */
  constructor(file?: string) {
    this.isTerminal = file === undefined && process.stdout.isTTY === true;
    this.#file = file;
    if (file === undefined) process.stdout.on('error', this.#onError);
    else this.#fd = openUntouched(file);
  }

  /** Called once when no more can be written. */
  set onBroken(listener: () => void) {
    this.#onBroken = listener;
    if (this.#broken) listener();
  }

  /** Writes text as it is. Does nothing when no more can be written. */
  write(text: string): void {
    if (this.#broken) return;
    try {
      if (this.#file === undefined) process.stdout.write(text);
      else writeAll(this.#begin(this.#file), text);
    } catch (error) {
      this.#onError(error as NodeJS.ErrnoException);
    }
  }

  /** Writes a line. */
  line(text = ''): void {
    this.write(`${text}\n`);
  }

  /** Waits until all is written. @throws MonitorError when a write failed */
  async close(): Promise<void> {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    if (this.#file === undefined && !this.#broken) await flushed(process.stdout);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** What the file held is kept until there is something to replace it. */
  #begin(file: string): number {
    if (this.#fd === undefined) this.#fd = openSync(file, 'w', 0o644);
    else if (!this.#begun && fstatSync(this.#fd).isFile()) ftruncateSync(this.#fd);
    this.#begun = true;
    return this.#fd;
  }
}

/** Opens a file that is there; of one that is not, makes sure that it could be made. */
function openUntouched(file: string): number | undefined {
  try {
    return openSync(file, constants.O_WRONLY);
  } catch (error) {
    try {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || file === '') throw error;
      accessSync(dirname(file), constants.W_OK | constants.X_OK);
      return undefined;
    } catch (reason) {
      throw usageError(`cannot write ${file} (${messageOf(reason)})`, 'give another file with -o');
    }
  }
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}

/** Errors of a stream are told after the write; when this settles they have been. */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
  await new Promise((resolve) => setImmediate(resolve));
}
