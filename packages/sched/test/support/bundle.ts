import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { onTestFinished } from 'vitest';

/** Within the package, from where the native library's binding is found. */
const folder = join(import.meta.dirname, '../../dist');

/**
 * A module of test/support and all that it imports as one file of JavaScript, for a child
 * process, which the test runner does not translate. Removed when the test ends.
 */
export async function bundle(name: string): Promise<URL> {
  mkdirSync(folder, { recursive: true });
  const outDir = mkdtempSync(join(folder, '.test-bundle-'));
  onTestFinished(() => rmSync(outDir, { recursive: true, force: true }));
  await build({
    configFile: false,
    logLevel: 'error',
    root: import.meta.dirname,
    ssr: { noExternal: true, resolve: { conditions: ['@hftmon/source', 'node', 'import'] } },
    build: {
      ssr: `${name}.ts`,
      outDir,
      minify: false,
      rollupOptions: {
        output: { entryFileNames: 'bundle.mjs' },
        external: [/^node:/, 'koffi', 'tsyringe'],
      },
    },
  });
  return pathToFileURL(join(outDir, 'bundle.mjs'));
}
