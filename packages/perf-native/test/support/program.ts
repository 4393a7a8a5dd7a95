import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
