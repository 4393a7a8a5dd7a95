import type { WatchRequest } from '@hftmon/perf-native';
import { threadsOf, weightOf, type LineUse } from '../sharing/classify.js';

/** A watchpoint, and the bytes of the line that it stands for. */
export interface PlannedWatch extends WatchRequest {
  readonly offset: number;
  readonly size: number;
}

/** Debug registers of a thread, on x86 as on most arm64. */
const REGISTERS = 4;
const MOST_OWN = 2;
const MOST_THREADS = 8;
const MOST_LENGTH = 8;

/**
 * What to watch to see whether threads really share a line: each thread at the bytes that it is
 * known to use (for stores, if it stores there) and at those of the others (for any access), so that
 * a hit proves a use and its absence says that the bytes are another's alone.
 */
export function planWatches(line: number, uses: readonly LineUse[]): PlannedWatch[] {
  const byWeight = [...uses].sort((a, b) => b.weight - a.weight);
  const threads = threadsOf(byWeight)
    .sort((a, b) => weightOfThread(uses, b) - weightOfThread(uses, a))
    .slice(0, MOST_THREADS);
  return threads.flatMap((tid) => {
    const own = byWeight.filter((use) => use.tid === tid).slice(0, MOST_OWN);
    const others = distinct(byWeight.filter((use) => threads.includes(use.tid) && use.tid !== tid))
      .filter((use) => !own.some((ours) => overlap(ours, use)))
      .slice(0, REGISTERS - own.length);
    return [
      ...own.map((use) => watch(line, tid, use, use.store)),
      ...others.map((use) => watch(line, tid, use, false)),
    ];
  });
}

function watch(line: number, tid: number, use: LineUse, writes: boolean): PlannedWatch {
  const address = line + use.offset;
  return {
    tid,
    offset: use.offset,
    size: use.size,
    place: {
      address,
      length: watchableLength(address, use.size),
      access: writes ? 'writes' : 'reads-and-writes',
    },
  };
}

/** Any access to the bytes touches their first ones, so these may stand for all. */
function watchableLength(address: number, size: number): number {
  let length = MOST_LENGTH;
  while (length > size || address % length !== 0) length /= 2;
  return length;
}

function distinct(uses: readonly LineUse[]): LineUse[] {
  return uses.filter((use, i) => uses.findIndex((other) => overlap(other, use)) === i);
}

function overlap(a: LineUse, b: LineUse): boolean {
  return a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}

function weightOfThread(uses: readonly LineUse[], tid: number): number {
  return weightOf(uses.filter((use) => use.tid === tid));
}
