import { realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { readText } from '../proc/read.js';
import { parseMaps, type Mapping } from '../symbols/maps.js';

/** The programs and libraries that a process runs, each by one of its mappings. */
export function mappedBinaries(pid: number, procRoot: string): Mapping[] {
  const text = readText(`${procRoot}/${pid}/maps`) ?? '';
  const byFile = new Map<string, Mapping>();
  for (const mapping of parseMaps(text, { executableOnly: true }).mappings) {
    if (!mapping.path.startsWith('/')) continue;
    const file = `${mapping.major}:${mapping.minor}:${mapping.inode}`;
    if (!byFile.has(file)) byFile.set(file, mapping);
  }
  return [...byFile.values()];
}

/** Is it the binary that somebody means? See `FunctionProbe.binary`. */
export function isBinary(wanted: string, { path }: Mapping): boolean {
  if (wanted.includes('/')) return path === wanted || path === realPath(wanted);
  const name = basename(path);
  return name === wanted || (wanted.endsWith('.so') && name.startsWith(`${wanted}.`));
}

/** A path may be that of another mount namespace, where it means nothing to us. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync(resolve(path));
  } catch {
    return undefined;
  }
}
