import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import type { FalseSharingReport } from '../../src/sharing/report.js';

const packages = join(import.meta.dirname, '..', '..', '..');
/** The bundle holds perf-native, which looks for its library two folders up. */
const folder = join(packages, 'perf-native', 'dist', '.test-cache');

/** Bundles a script of this folder with the sources it uses, so that node runs it without a build. */
async function bundle(name: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: join(packages, 'cache'),
    ssr: {
      noExternal: [/^@hftmon\//],
      resolve: { conditions: ['@hftmon/source', 'node', 'import', 'module', 'default'] },
    },
    build: {
      ssr: join(import.meta.dirname, `${name}.ts`),
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  });
  return join(folder, `${name}.mjs`);
}

/** The report on a process by a monitor of other rights: `wrapper` is a `setpriv …`. */
export async function reportAs(
  wrapper: readonly string[],
  pid: number,
): Promise<FalseSharingReport> {
  const [program = '', ...rest] = wrapper;
  const script = await bundle('report-of');
  const words = [...rest, process.execPath, script, String(pid)];
  const { stdout } = await promisify(execFile)(program, words, { timeout: 240_000 });
  return JSON.parse(stdout) as FalseSharingReport;
}
