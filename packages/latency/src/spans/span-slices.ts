import { IntervalType } from '../observe/interval-type.js';
import { DISORDER_NS } from '../receipt/places.js';
import type { Scene } from '../receipt/scene.js';
import { sliceGroup } from '../receipt/slice-group.js';
import { NOBODY, Rank, type Slice } from '../receipt/slice.js';
import { stallPieces } from '../receipt/stall-pieces.js';

/** What happened to a thread in a stretch of time. */
export interface SpanSlices {
  /** Of all stalls. */
  readonly stalls: Slice[];
  /** Of sleep of its own will. `cause` has no meaning there. */
  readonly sleeps: Slice[];
}

/** Slices of the intervals of a thread that lie in the time from `startNs` to `endNs`, cut to it. */
export function spanSlices(scene: Scene, startNs: number, endNs: number): SpanSlices {
  const pieces = stallPieces(scene, startNs, endNs);
  const stalls = sliceGroup(scene, { first: 0, last: pieces.count }, { pieces });
  const pauses = stalls.filter(({ rank }) => rank === Rank.Pause);
  const sleeps: Slice[] = [];
  for (const sleep of sleepSlices(scene, startNs, endNs)) {
    const pause = pauses.find((around) => isAround(around, sleep));
    if (pause === undefined) sleeps.push(sleep);
    else stalls.push({ ...sleep, cause: pause.cause, base: pause.base, blocked: true });
  }
  return { stalls, sleeps };
}

function sleepSlices({ log }: Scene, startNs: number, endNs: number): Slice[] {
  const sleeps: Slice[] = [];
  for (let sequence = log.head - 1; sequence >= log.oldest; sequence--) {
    const base = log.baseOf(sequence);
    const end = log.endOf(base);
    if (end < startNs - DISORDER_NS) break;
    if (log.typeOf(base) !== IntervalType.Sleep) continue;
    const from = Math.max(startNs, log.startOf(base));
    const to = Math.min(endNs, end);
    if (to > from) sleeps.push(sleepSlice(log, base, from, to));
  }
  return sleeps;
}

/** Asleep in a collection, the thread waits for its helpers. */
function isAround(pause: Slice, sleep: Slice): boolean {
  return sleep.startNs >= pause.startNs && sleep.endNs <= pause.endNs;
}

function sleepSlice(log: Scene['log'], base: number, startNs: number, endNs: number): Slice {
  const rank = Rank.OffCpu;
  return { startNs, endNs, rank, cause: 'unexplained', tid: NOBODY, log, base, netNs: 0 };
}
