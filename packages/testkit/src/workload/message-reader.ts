import type { Readable } from 'node:stream';

/** One line that a workload prints. */
export type Message = Readonly<Record<string, unknown>>;

interface Waiter {
  resolve(message: Message): void;
  reject(error: Error): void;
}

/** Hands out the JSON lines of a stream one by one, in order. */
export class MessageReader {
  readonly #messages: Message[] = [];
  readonly #waiters: Waiter[] = [];
  #rest = '';
  #end: Error | undefined;

  constructor(stream: Readable) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => this.#push(text));
  }

  /** No more lines will come: everybody who waits, now or later, gets this error. */
  fail(error: Error): void {
    this.#end ??= error;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#end);
  }

  /**
   * The next message.
   * @param timeoutMs - how long to wait for it
   * @throws what `fail` was given, or an error when the time is over
   */
  next(timeoutMs: number): Promise<Message> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve: (found) => {
          clearTimeout(timer);
          resolve(found);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(new Error(`no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiters.push(waiter);
    });
  }

  #push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line) as Message;
      const waiter = this.#waiters.shift();
      if (waiter === undefined) this.#messages.push(message);
      else waiter.resolve(message);
    }
  }
}
