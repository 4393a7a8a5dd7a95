import { hasUnseenReturn } from '../report/group-facts.js';
import type { Receipt } from '../types/spike.js';
import type { Scene } from './scene.js';
import { sliceGroup } from './slice-group.js';
import { stallPieces } from './stall-pieces.js';
import { writeReceipt } from './write-receipt.js';

/** What a stretch of a thread's time was made of. */
export interface Explanation {
  readonly receipt: Receipt;
  /** Records were lost in or near it: parts may be missing. */
  readonly incomplete?: true;
  /** Some of its records were overwritten already. */
  readonly truncated?: true;
  /** A return of the thread to its CPU was not traced; see `LatencySpike.estimated`. */
  readonly estimated?: true;
}

/**
 * Receipt of the time from `startNs` to `endNs`, whether it is a stall or not: what no record
 * accounts for is unexplained.
 */
export function explainStretch(
  scene: Scene,
  startNs: number,
  endNs: number,
): Omit<Explanation, 'incomplete'> {
  const pieces = stallPieces(scene, startNs, endNs);
  const all = { first: 0, last: pieces.count };
  if (scene.log.lostUntilNs > startNs) scene.truncated = true;
  const receipt = writeReceipt(sliceGroup(scene, all, { pieces }), startNs, endNs, scene);
  return {
    receipt,
    ...(scene.truncated ? { truncated: true } : {}),
    ...(hasUnseenReturn(scene.log, all, { pieces }) ? { estimated: true } : {}),
  };
}
