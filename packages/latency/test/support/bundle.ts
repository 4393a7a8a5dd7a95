import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { onTestFinished } from 'vitest';

/**
 * A module of test/support and all that it imports as one file of JavaScript, for a child
 * process, which the test runner does not translate. Removed when the test ends.
 */
export async function bundle(name: string): Promise<URL> {
  const outDir = mkdtempSync(join(tmpdir(), 'hftmon-latency-'));
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
