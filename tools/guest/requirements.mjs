import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that the guest needs of this host, and Debian's packages of them. */
const TOOLS = [
  { path: 'qemu-system-x86_64', package: 'qemu-system-x86' },
  { path: '/bin/busybox', package: 'busybox-static' },
  { path: '/usr/bin/migratepages', package: 'numactl' },
];

/** Debian's packages that are missing. @returns {string[]} */
export function missingPackages() {
  return TOOLS.filter(({ path }) => !isPresent(path)).map((tool) => tool.package);
}

/** Why there can be no guest on this host at all; `undefined` when there can. */
export function hostReason() {
  if (process.platform === 'linux' && process.arch === 'x64') return undefined;
  return `the guest runs this Node, so it needs Linux on x64; this is ${process.platform} on ${process.arch}`;
}

function isPresent(path) {
  const directories = (process.env.PATH ?? '').split(delimiter);
  return directories.some((directory) =>
    existsSync(path.startsWith('/') ? path : join(directory, path)),
  );
}
