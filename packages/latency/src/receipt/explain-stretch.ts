import { Pieces } from '../detect/pieces.js';
import { isStall } from '../observe/interval-type.js';
import type { Receipt } from '../types/spike.js';
import { DISORDER_NS } from './places.js';
import type { Scene } from './scene.js';
import { sliceGroup } from './slice-group.js';
import { writeReceipt } from './write-receipt.js';

/** What a stretch of a thread's time was made of. */
export interface Explanation {
  readonly receipt: Receipt;
  /** Records were lost in or near it: parts may be missing. */
  readonly incomplete?: true;
  /** Some of its records were overwritten already. */
  readonly truncated?: true;
}

/**
 * Receipt of the time from `startNs` to `endNs`, whether it is a stall or not: what no record
 * accounts for is unexplained.
 */
export function explainStretch(scene: Scene, startNs: number, endNs: number): Receipt {
  const pieces = gather(scene, startNs, endNs);
  if (scene.log.lostUntilNs > startNs) scene.truncated = true;
  const slices = sliceGroup(scene, { first: 0, last: pieces.count }, { pieces });
  return writeReceipt(slices, startNs, endNs, scene);
}

/** The stalls in that time, cut to it, in the order of their starts. */
function gather({ log }: Scene, startNs: number, endNs: number): Pieces {
  const pieces = new Pieces();
  for (let sequence = log.head - 1; sequence >= log.oldest; sequence--) {
    const base = log.baseOf(sequence);
    const start = log.startOf(base);
    const end = log.endOf(base);
    if (end < startNs - DISORDER_NS) break;
    if (end <= startNs || start >= endNs || !isStall(log.typeOf(base))) continue;
    const i = pieces.claim(base, sequence);
    pieces.start[i] = Math.max(start, startNs);
    pieces.end[i] = Math.min(end, endNs);
  }
  pieces.sort();
  return pieces;
}
