import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { createHash } from 'node:crypto';

const EXECUTABLE_FILE = /^([0-9a-f]+)-([0-9a-f]+) r-xp \S+ \S+ [1-9]\d* +(\S+)$/;

/**
 * Digest of the code of each file that a process maps, by path: a breakpoint in it changes it. Not
 * of what the process compiles itself.
 */
export function programText(pid: number, procRoot = '/proc'): Map<string, string> {
  const digests = new Map<string, string>();
  const fd = openSync(`${procRoot}/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`${procRoot}/${pid}/maps`, 'utf8').split('\n')) {
      const [, from, to, path] = EXECUTABLE_FILE.exec(line) ?? [];
      if (path === undefined) continue;
      const start = Number.parseInt(from!, 16);
      const text = Buffer.alloc(Number.parseInt(to!, 16) - start);
      for (let at = 0; at < text.length;)
        at += readSync(fd, text, at, text.length - at, start + at);
      const earlier = digests.get(path) ?? '';
      digests.set(path, createHash('sha1').update(earlier).update(text).digest('hex'));
    }
  } finally {
    closeSync(fd);
  }
  return digests;
}
