import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { createError } from '@hftmon/core';
import { helperProgram, type HelperProgram } from './helper-program.js';

/** A line that a helper printed. */
export type Message = Readonly<Record<string, unknown>>;

/** The program said that it cannot do what was asked, or ended early. */
export class HelperError extends Error {}

/** A process that the command starts for its own use, and talks with in lines of JSON. */
export class HelperProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting: ((message: Message | HelperError) => void)[] = [];
  readonly #messages: (Message | HelperError)[] = [];
  readonly #closed: Promise<void>;

  /**
   * @param mode - what of the program, such as `engine` or `hog`
   * @throws HardwareNotSupportedError when it was not built for this machine
   */
  constructor(
    program: HelperProgram,
    mode: string,
    options: Readonly<Record<string, string | number>>,
  ) {
    const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.#child = spawn(helperProgram(program), [mode, ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdin.on('error', () => undefined);
    const lines = createInterface(this.#child.stdout);
    lines.on('line', (line) => this.#push(parse(line)));
    this.#closed = new Promise((resolve) => {
      const end = (error?: Error): void => {
        this.#push(new HelperError(error?.message ?? `the ${mode} of ${program} ended`));
        resolve();
      };
      this.#child.once('error', end);
      this.#child.once('close', () => end());
    });
  }

  get pid(): number {
    if (this.#child.pid !== undefined) return this.#child.pid;
    throw createError('HFTMON_E_INTERNAL', { operation: 'spawn', detail: 'no process' });
  }

  /** The next line. @throws HelperError when it is an error, or the process ended */
  async next(): Promise<Message> {
    const message =
      this.#messages.shift() ??
      (await new Promise<Message | HelperError>((resolve) => this.#waiting.push(resolve)));
    if (message instanceof HelperError) throw message;
    if (message['error'] !== undefined) throw new HelperError(String(message['error']));
    return message;
  }

  /** Gives a command that has no answer. */
  tell(command: string, ...numbers: readonly number[]): void {
    this.#child.stdin.write(`${[command, ...numbers].join(' ')}\n`);
  }

  /** Gives a command and waits for its answer. */
  ask(command: string, ...numbers: readonly number[]): Promise<Message> {
    this.tell(command, ...numbers);
    return this.next();
  }

  /** Ends it and waits for that. */
  async kill(): Promise<void> {
    this.#child.kill('SIGCONT');
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  #push(message: Message | HelperError): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#messages.push(message);
    else waiting(message);
  }
}

function parse(line: string): Message | HelperError {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return new HelperError(`a helper printed "${line}"`);
  }
}
