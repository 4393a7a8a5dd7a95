import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';

/**
 * Memory that this process holds for itself, MiB: what is resident, less the resident part of the
 * JavaScript heap that is free. How large that part is follows the rate of garbage, and says
 * nothing; what of the heap was reserved and never touched isn't resident. The ring, shared with the
 * kernel side, fills up by and by and is not counted. Needs `--expose-gc`; and `--single-threaded`,
 * without which the collector's threads keep up to 100 MiB now and then.
 */
export function heldMb() {
  globalThis.gc();
  const anonymousKb = Number(
    /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1],
  );
  const { total_physical_size: resident, used_heap_size: used } = getHeapStatistics();
  return anonymousKb / 1024 - (resident - used) / 2 ** 20;
}
