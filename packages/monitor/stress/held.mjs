import { readFileSync } from 'node:fs';

/**
 * Memory that this process holds for itself, MiB: what is resident, less the part of the JavaScript
 * heap that is free. How large that part is follows the rate of garbage, and says nothing. The ring, shared
 * with the kernel side, fills up by and by and is not counted. Needs `--expose-gc`; and
 * `--single-threaded`, without which the collector's threads keep up to 100 MiB now and then.
 */
export function heldMb() {
  globalThis.gc();
  const anonymousKb = Number(
    /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1],
  );
  const { heapTotal, heapUsed } = process.memoryUsage();
  return anonymousKb / 1024 - (heapTotal - heapUsed) / 2 ** 20;
}
