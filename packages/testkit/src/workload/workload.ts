import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { awaitAsleep } from '../books/asleep.js';
import { toArguments } from './arguments.js';
import { workloadBinary } from './binary.js';
import { MessageReader, type Message } from './message-reader.js';
import { WorkloadError } from './workload-error.js';

/** Options that every workload has. */
export interface CommonOptions {
  /** The workload ends itself after so many seconds, whatever happens. Default 180. */
  readonly limitS?: number;
}

/** Fields that every report has. */
export interface CommonReport {
  /** Name of the workload. */
  readonly report: string;
  readonly pid: number;
}

const READY_TIMEOUT_MS = 60_000;

/**
 * A known workload: a small native program that waits, disturbs when told to, and says exactly
 * what it did. Between `spawn` and `go`, and after the report, all its threads are asleep, so
 * that its books in /proc can be compared.
 *
 * @typeParam Report - what it says in the end; times are CLOCK_MONOTONIC ns
 */
export class Workload<Report extends CommonReport = CommonReport> implements AsyncDisposable {
  readonly name: string;
  /** Process id. */
  readonly pid: number;
  /** Threads that do the work; the first is the target where one is. */
  readonly tids: readonly number[];
  /** The whole ready line. */
  readonly ready: Message;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #messages: MessageReader;
  readonly #ended: Promise<void>;
  readonly #reportTimeoutMs: number;

  private constructor(
    name: string,
    child: ChildProcessByStdio<Writable, Readable, null>,
    messages: MessageReader,
    ended: Promise<void>,
    ready: Message,
    limitS: number,
  ) {
    this.name = name;
    this.#child = child;
    this.#messages = messages;
    this.#ended = ended;
    this.ready = ready;
    this.pid = ready['pid'] as number;
    this.tids = ready['tids'] as number[];
    // The program's own bound comes first, so that it is the one that is seen.
    this.#reportTimeoutMs = (limitS + 5) * 1000;
  }

  /**
   * Starts a workload and waits until it is set up and asleep.
   * @param command - program and first arguments; by default the built program of that name
   * @throws WorkloadError when it is not built or says that it can't run
   */
  static async spawn<Report extends CommonReport>(
    name: string,
    options: CommonOptions = {},
    [file, ...before]: readonly [string, ...string[]] = [workloadBinary(name)],
  ): Promise<Workload<Report>> {
    const child = spawn(file, [...before, ...toArguments(options)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const messages = new MessageReader(child.stdout);
    const ended = new Promise<void>((resolve) => {
      child.once('close', (code, signal) => {
        messages.fail(new WorkloadError(name, `ended (${signal ?? `exit code ${code}`})`));
        resolve();
      });
      child.once('error', (error) => {
        messages.fail(new WorkloadError(name, error.message));
        resolve();
      });
    });
    // It may be gone before "quit" is written; its end is noticed above.
    child.stdin.on('error', () => undefined);
    try {
      const ready = checked(name, await messages.next(READY_TIMEOUT_MS));
      const workload = new Workload<Report>(
        name,
        child,
        messages,
        ended,
        ready,
        options.limitS ?? 180,
      );
      await workload.quiet();
      return workload;
    } catch (error) {
      child.kill('SIGKILL');
      await ended;
      throw error;
    }
  }

  /** Tells it to work and returns its report, when all its threads are asleep again. */
  async go(): Promise<Report> {
    this.begin();
    return this.report();
  }

  /** Tells it to work, and does not wait. */
  begin(): void {
    this.#child.stdin.write('go\n');
  }

  /** Waits until a workload that goes on until `stop` has begun. */
  async running(): Promise<void> {
    checked(this.name, await this.#messages.next(READY_TIMEOUT_MS));
  }

  /** Ends a workload that goes on until told, and returns its report. */
  async stop(): Promise<Report> {
    this.#child.stdin.write('stop\n');
    return this.report();
  }

  /** Waits for the report, and until all threads are asleep. */
  async report(): Promise<Report> {
    let message: Message;
    do message = checked(this.name, await this.#messages.next(this.#reportTimeoutMs));
    while (message['running'] === true);
    await this.quiet();
    return message as unknown as Report;
  }

  /** Waits until every thread of it has left its CPU. */
  quiet(): Promise<void> {
    return awaitAsleep(this.pid);
  }

  /** Asks it to end by itself and waits for that. */
  async quit(): Promise<void> {
    this.#child.stdin.end('quit\n');
    await this.#ended;
  }

  /** Ends it at once, by its id, if it still runs. May be called any time, and again. */
  async dispose(): Promise<void> {
    // `kill` of a child that was reaped does nothing, so no other process can be hit.
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

function checked(name: string, message: Message): Message {
  if (message['error'] !== undefined) throw new WorkloadError(name, String(message['error']));
  return message;
}
