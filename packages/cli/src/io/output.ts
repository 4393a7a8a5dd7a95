import { closeSync, openSync, writeSync } from 'node:fs';
import { messageOf } from '@hftmon/core';
import { usageError } from '../errors/usage-error.js';

/** Where a verb writes its result: standard output, or the file of `-o`. */
export class Output {
  readonly isTerminal: boolean;
  readonly #fd: number | undefined;
  #broken = false;
  #onBroken: () => void = () => undefined;
  readonly #onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    this.#broken = true;
    this.#onBroken();
  };

  /** @throws ConfigurationError when the file cannot be written */
  constructor(file?: string) {
    this.isTerminal = file === undefined && process.stdout.isTTY === true;
    if (file === undefined) process.stdout.on('error', this.#onError);
    else this.#fd = open(file);
  }

  /** Called once when nobody reads any more (`hftmon … | head`). */
  set onBroken(listener: () => void) {
    this.#onBroken = listener;
    if (this.#broken) listener();
  }

  /** Writes text as it is. Does nothing when nobody reads any more. */
  write(text: string): void {
    if (this.#fd !== undefined) writeAll(this.#fd, text);
    else if (!this.#broken) process.stdout.write(text);
  }

  /** Writes a line. */
  line(text = ''): void {
    this.write(`${text}\n`);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'w', 0o644);
  } catch (error) {
    throw usageError(`cannot write ${file} (${messageOf(error)})`, 'give another file with -o');
  }
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}
