import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../..');

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * A folder in which packages of the workspace are installed as from the registry: what `npm pack`
 * puts into them, and of other hftmon packages only those that were asked for.
 */
export class InstalledPackages implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'hftmon-install-'));

  /** @param names - `core`, `irq`, … */
  constructor(names: readonly string[]) {
    const scope = join(this.path, 'node_modules', '@hftmon');
    mkdirSync(scope, { recursive: true });
    for (const name of names) this.#install(name, join(scope, name));
  }

  /** Copies a script into the folder, so that it finds the packages. @returns its path */
  script(from: string): string {
    const to = join(this.path, 'script.mjs');
    cpSync(from, to);
    return to;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #install(name: string, into: string): void {
    const from = join(root, 'packages', name);
    const options = ['--json', '--silent', '--ignore-scripts', '--pack-destination', this.path];
    const packed = execFileSync('npm', ['pack', ...options], { cwd: from, encoding: 'utf8' });
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    mkdirSync(into);
    execFileSync('tar', ['-xzf', join(this.path, filename), '-C', into, '--strip-components=1']);
    const manifest = JSON.parse(readFileSync(join(into, 'package.json'), 'utf8')) as Manifest;
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      if (!dependency.startsWith('@hftmon/')) this.#link(dependency);
    }
  }

  /** Packages of others come from the workspace. */
  #link(dependency: string): void {
    const target = join(root, 'node_modules', dependency);
    const link = join(this.path, 'node_modules', dependency);
    symlinkSync(target, link);
  }
}
