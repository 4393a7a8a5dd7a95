import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { createError } from '@hftmon/core';
import { demoBinary } from './demo-binary.js';

/** A line that a part of the demo program printed. */
export type Message = Readonly<Record<string, unknown>>;

/** The program said that it cannot do what was asked, or ended early. */
export class DemoError extends Error {}

/** One process of the demo program. */
export class DemoProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting: ((message: Message | DemoError) => void)[] = [];
  readonly #messages: (Message | DemoError)[] = [];
  readonly #closed: Promise<void>;

  /**
   * @param mode - which of its programs: `engine`, `feeder`, `hog`, `stopper`
   * @throws HardwareNotSupportedError when it was not built for this machine
   */
  constructor(mode: string, options: Readonly<Record<string, string | number>>) {
    const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.#child = spawn(demoBinary(), [mode, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdin.on('error', () => undefined);
    const lines = createInterface(this.#child.stdout);
    lines.on('line', (line) => this.#push(parse(line)));
    this.#closed = new Promise((resolve) => {
      const end = (error?: Error): void => {
        this.#push(new DemoError(error?.message ?? `the ${mode} of the demo ended`));
        resolve();
      };
      this.#child.once('error', end);
      this.#child.once('close', () => end());
    });
  }

  get pid(): number {
    if (this.#child.pid !== undefined) return this.#child.pid;
    throw createError('HFTMON_E_INTERNAL', { operation: 'hftmon demo', detail: 'no process' });
  }

  /** The next line. @throws DemoError when it is an error, or the process ended */
  async next(): Promise<Message> {
    const message =
      this.#messages.shift() ??
      (await new Promise<Message | DemoError>((resolve) => this.#waiting.push(resolve)));
    if (message instanceof DemoError) throw message;
    if (message['error'] !== undefined) throw new DemoError(String(message['error']));
    return message;
  }

  /** Gives a command and waits for its answer. */
  ask(command: string, count: number): Promise<Message> {
    this.#child.stdin.write(`${command} ${count}\n`);
    return this.next();
  }

  /** Ends it and waits for that. */
  async kill(): Promise<void> {
    this.#child.kill('SIGCONT');
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  #push(message: Message | DemoError): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#messages.push(message);
    else waiting(message);
  }
}

function parse(line: string): Message | DemoError {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return new DemoError(`the demo program printed "${line}"`);
  }
}
