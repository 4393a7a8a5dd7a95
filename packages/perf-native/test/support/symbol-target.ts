import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process whose symbols are asked for; it tells by lines what it is and did. */
export class SymbolTarget {
  readonly process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[]) {
    // V8 leaves a log of its own in the working directory when it writes a perf map.
    const options = ['--no-logfile-per-isolate', '--logfile=/dev/null'];
    const all = command === process.execPath ? [...options, ...args] : args;
    this.process = spawn(command, all, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.process.stdout === null) throw new Error('no stdout');
    this.#lines = createInterface(this.process.stdout)[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** The rest of the next line that begins with the word. */
  async read(word: string): Promise<string> {
    for (;;) {
      const next = await this.#lines.next();
      if (next.done === true) throw new Error(`the target ended before it printed ${word}`);
      if (next.value.startsWith(`${word} `)) return next.value.slice(word.length + 1);
    }
  }

  async ask(line: string, word: string): Promise<string> {
    this.process.stdin?.write(`${line}\n`);
    return this.read(word);
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exit;
  }
}
