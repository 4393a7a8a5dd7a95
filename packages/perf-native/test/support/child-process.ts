import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { build } from 'vite';

const packageFolder = join(import.meta.dirname, '..', '..');
/** Two folders below the package, where the native library looks for itself from. */
const folder = join(packageFolder, 'dist', '.test-child');

/**
 * Bundles a script of this folder with the sources of this package, so that node runs it without
 * a build.
 * @param name - file name without `.ts`
 */
export async function bundleChild(name = 'child'): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: packageFolder,
    resolve: { conditions: ['@hftmon/source'] },
    ssr: {
      noExternal: [/^@hftmon\//],
      resolve: { conditions: ['@hftmon/source', 'node', 'import', 'module', 'default'] },
    },
    build: {
      ssr: join(import.meta.dirname, `${name}.ts`),
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      rollupOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  });
  return join(folder, `${name}.mjs`);
}

/** A monitoring process: see `child.ts`. */
export class MonitoringChild implements AsyncDisposable {
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly lines: Record<string, unknown>[] = [];
  stderr = '';
  readonly #ended: Promise<{ code: number | null; signal: string | null }>;
  readonly #listeners = new Set<() => void>();

  constructor(script: string, args: readonly (string | number)[], wrapper: readonly string[] = []) {
    const [program, ...rest] = [...wrapper, process.execPath, script, ...args.map(String)];
    this.process = spawn(program!, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.process.stderr.on('data', (text) => (this.stderr += String(text)));
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Record<string, unknown>);
      for (const listener of this.#listeners) listener();
    });
    this.#ended = once(this.process, 'close').then(([code, signal]) => ({ code, signal }));
    this.process.stdin.on('error', () => undefined);
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Waits for a line with that key. @throws when the process ends without it */
  async line(key: string): Promise<Record<string, unknown>> {
    const found = new Promise<Record<string, unknown>>((resolve) => {
      const look = () => {
        const line = this.lines.find((each) => key in each);
        if (line !== undefined) resolve(line);
      };
      this.#listeners.add(look);
      look();
    });
    const ended = this.#ended.then(({ code, signal }) => {
      const line = this.lines.find((each) => key in each);
      if (line !== undefined) return line;
      throw new Error(`ended (${signal ?? code}) without "${key}": ${this.stderr}`);
    });
    return Promise.race([found, ended]);
  }

  /** How it ended. @throws when it hangs */
  async end(timeoutMs = 240_000): Promise<{ code: number | null; signal: string | null }> {
    const timer = setTimeout(() => this.process.kill('SIGKILL'), timeoutMs);
    try {
      return await this.#ended;
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#ended;
  }
}
