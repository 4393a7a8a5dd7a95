import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * A small `/proc` and `/sys` of its own in a temporary directory. Empty until something is
 * written; a captured tree of another host can be written file by file.
 */
export class FakeRoots implements Disposable {
  /** Stands in for `/proc`. */
  readonly procRoot: string;
  /** Stands in for `/sys`. */
  readonly sysRoot: string;
  readonly #directory: string;

  constructor() {
    this.#directory = mkdtempSync(join(temporaryDirectory(), 'hftmon-roots-'));
    this.procRoot = join(this.#directory, 'proc');
    this.sysRoot = join(this.#directory, 'sys');
    mkdirSync(this.procRoot);
    mkdirSync(this.sysRoot);
  }

  /**
   * Writes a file and the directories above it.
   * @param path - begins with `proc/` or `sys/`
   */
  write(path: string, text: string | Uint8Array): this {
    const file = this.#place(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return this;
  }

  /** Makes an empty directory, and those above it. */
  directory(path: string): this {
    mkdirSync(this.#place(path), { recursive: true });
    return this;
  }

  /** Makes a symbolic link, as sysfs has many, to a path relative to it or to none at all. */
  link(path: string, target: string): this {
    const file = this.#place(path);
    mkdirSync(dirname(file), { recursive: true });
    symlinkSync(target, file);
    return this;
  }

  /** Takes a file or directory away. */
  remove(path: string): this {
    rmSync(join(this.#directory, path), { recursive: true, force: true });
    return this;
  }

  /** Text of every file, by path: to see that nothing was changed. */
  tree(): Map<string, string> {
    const files = new Map<string, string>();
    for (const entry of readdirSync(this.#directory, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(this.#directory.length + 1);
      files.set(name, entry.isFile() ? readFileSync(path, 'utf8') : `(${name}/)`);
    }
    return files;
  }

  /** Removes everything. May be called again. */
  dispose(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #place(path: string): string {
    const file = join(this.#directory, path);
    if (!file.startsWith(this.procRoot) && !file.startsWith(this.sysRoot)) {
      throw new Error(`${path} is in neither root`);
    }
    return file;
  }
}

/** In memory where there is such: a described host is more than a thousand files. */
function temporaryDirectory(): string {
  const inMemory = '/dev/shm';
  try {
    accessSync(inMemory, constants.W_OK);
    return inMemory;
  } catch {
    return tmpdir();
  }
}
