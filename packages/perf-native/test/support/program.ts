import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A folder for compiled programs, gone when disposed of. */
export class ProgramFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'hftmon-test-'));

  /** Compiles a C program. @returns its path */
  compile(name: string, source: string, ...flags: string[]): string {
    const program = join(this.path, name);
    writeFileSync(`${program}.c`, source);
    const arguments_ = ['-O1', '-pthread', '-D_GNU_SOURCE', '-Wall', '-Werror', ...flags];
    execFileSync('gcc', [...arguments_, `${program}.c`, '-o', program]);
    return program;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** A running program of one's own, that speaks in lines. */
export interface RunningProgram extends AsyncDisposable {
  readonly pid: number;
  /** Its next line. @throws when it has ended */
  line(): Promise<string>;
  write(text: string): void;
  stderr(): string;
}

/** Compiles and starts a C program. */
export function runProgram(
  name: string,
  source: string,
  args: readonly string[] = [],
): RunningProgram {
  const folder = new ProgramFolder();
  const child = spawn(folder.compile(name, source), args, { stdio: 'pipe' });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, 'close');
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += String(text)));
  child.stdin.on('error', () => undefined);
  return {
    pid: child.pid!,
    stderr: () => stderr,
    write: (text) => void child.stdin.write(text),
    async line() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${name} has ended: ${stderr}`);
      return value;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      folder[Symbol.dispose]();
    },
  };
}
