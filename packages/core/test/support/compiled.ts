import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '../..');

/**
 * The sources as JavaScript in a temporary folder, for worker threads and child processes, which
 * the test runner does not translate. Removed when the test ends.
 */
export function compileSources(): { readonly url: (path: string) => URL } {
  const out = mkdtempSync(join(tmpdir(), 'hftmon-core-'));
  onTestFinished(() => rmSync(out, { recursive: true, force: true }));
  writeFileSync(join(out, 'package.json'), '{"type":"module"}');
  for (const folder of ['src', 'test/support']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      // The composition root needs tsyringe, which is not found from there, and workers don't.
      if (!name.endsWith('.ts') || name.startsWith('di/') || name === 'compiled.ts') continue;
      const source = readFileSync(join(root, folder, name), 'utf8').replace(
        /^export .*\.\/di\/.*$/gm,
        '',
      );
      const target = join(out, folder, name.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, transpile(source));
    }
  }
  return { url: (path) => pathToFileURL(join(out, path)) };
}

function transpile(source: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}
