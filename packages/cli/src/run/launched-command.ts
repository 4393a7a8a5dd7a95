import { spawn, type ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { createError } from '@hftmon/core';
import { findProgram } from './find-program.js';

/** How a launched command ended. */
export interface CommandEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Waits for a line before it becomes the command, under the same pid: so monitoring is in place
 * before the command's first instruction. When hftmon dies the read fails, and nothing is run.
 */
const GATE = 'IFS= read -r _ <&3 && exec 3<&- && exec "$@"';
const GRACE_MS = 2000;

/** A command that hftmon starts and watches. */
export class LaunchedCommand {
  readonly pid: number;
  readonly words: readonly string[];
  /** Settles when it has ended. */
  readonly ended: Promise<CommandEnd>;
  readonly #child: ChildProcess;
  #end: CommandEnd | undefined;

  /**
   * Makes the process of the command; it waits for `release`.
   * @param words - program and arguments
   * @param stdout - `stderr` keeps hftmon's own standard output clean
   * @throws ConfigurationError when there is no such program
   */
  constructor(words: readonly string[], stdout: 'inherit' | 'stderr') {
    findProgram(words[0] as string);
    this.words = words;
    this.#child = spawn('/bin/sh', ['-c', GATE, 'hftmon', ...words], {
      stdio: ['inherit', stdout === 'stderr' ? 2 : 'inherit', 'inherit', 'pipe'],
    });
    if (this.#child.pid === undefined) {
      throw createError('HFTMON_E_INTERNAL', { operation: 'spawn', detail: 'no /bin/sh' });
    }
    this.pid = this.#child.pid;
    // The gate may be gone before it is opened; its end is noticed below.
    (this.#child.stdio[3] as Writable).on('error', () => undefined);
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('exit', (exitCode, signal) => {
        this.#end = { exitCode, signal };
        resolve(this.#end);
      });
    });
    this.ended.catch(() => undefined);
  }

  /** How it ended; `undefined` while it runs. */
  get end(): CommandEnd | undefined {
    return this.#end;
  }

  /** Lets the command run. */
  release(): void {
    (this.#child.stdio[3] as Writable).end('\n');
  }

  /** Ends it, if it still runs: SIGTERM, and SIGKILL when that does not help within 2 s. */
  async stop(): Promise<void> {
    if (this.#end !== undefined) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), GRACE_MS);
    await this.ended.catch(() => undefined);
    clearTimeout(timer);
  }
}
