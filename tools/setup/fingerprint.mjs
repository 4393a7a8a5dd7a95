import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const generated = new Set(['.output', 'dist', 'node_modules', 'prebuilt']);
const packageInputs = [
  'package.json',
  'tsconfig.json',
  'tsconfig.lib.json',
  'src',
  'native',
  'include',
];

/** Changes when any input of the build does: each file by path, size and time of change. */
export function buildFingerprint(root) {
  const hash = createHash('sha256').update(`${process.version} ${process.arch}\n`);
  const inputs = ['package-lock.json', 'nx.json', 'tsconfig.base.json'];
  for (const dir of packageDirs(root)) {
    inputs.push(...packageInputs.map((name) => join('packages', dir, name)));
  }
  for (const input of inputs) addFiles(hash, root, input);
  return hash.digest('hex');
}

/** One file per package, and the native builds: gone if somebody cleaned the checkout. */
export function builtFiles(root) {
  return [
    ...packageDirs(root).map((dir) => join(root, 'packages', dir, 'dist', 'index.js')),
    join(root, 'packages/perf-native/prebuilt', `linux-${process.arch}`, 'libhftmon.so'),
    join(root, 'packages/cli/prebuilt', `linux-${process.arch}`, 'hftmon-demo'),
    join(root, 'packages/cli/prebuilt', `linux-${process.arch}`, 'hftmon-selftest'),
  ];
}

function packageDirs(root) {
  return readdirSync(join(root, 'packages')).sort();
}

function addFiles(hash, root, path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (!stat) return;
  if (stat.isFile()) {
    hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
    return;
  }
  for (const name of readdirSync(join(root, path)).sort()) {
    if (!generated.has(name)) addFiles(hash, root, join(path, name));
  }
}
