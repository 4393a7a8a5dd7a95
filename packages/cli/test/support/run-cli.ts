import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/hftmon.mjs', import.meta.url));

/** How a run of the command ended. */
export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the command that goes on. */
export interface CliRun {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly pid: number;
  readonly result: Promise<CliResult>;
  /** Standard output so far. */
  stdout(): string;
  /** Waits until its standard output, or error, holds a text. */
  until(text: string): Promise<void>;
  /** Ends it by Ctrl-C, with its report: when all was done, however long that took. */
  interrupt(): Promise<CliResult>;
}

export interface CliOptions {
  /** Words that run the command, for example `setpriv …`. */
  readonly wrapper?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts the real command as a process of its own. */
export function startCli(words: readonly string[], options: CliOptions = {}): CliRun {
  const [program, ...rest] = [...(options.wrapper ?? []), process.execPath, BIN, ...words];
  const child = spawn(program!, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const result = ended.then(([code, signal]) => ({ code, signal, stdout, stderr }));
  return {
    child,
    pid: child.pid!,
    result,
    stdout: () => stdout,
    async until(text) {
      while (!stdout.includes(text) && !stderr.includes(text)) {
        if (child.exitCode !== null) throw new Error(`hftmon ended: ${stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    interrupt() {
      child.kill('SIGINT');
      return result;
    },
  };
}

/** Runs the command to its end. */
export function runCli(words: readonly string[], options?: CliOptions): Promise<CliResult> {
  return startCli(words, options).result;
}
