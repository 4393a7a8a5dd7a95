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
}

/**
 * Receipt of the time from `startNs` to `endNs`, whether it is a stall or not: what no record
 * accounts for is unexplained.
 */
export function explainStretch(scene: Scene, startNs: number, endNs: number): Receipt {
  const pieces = stallPieces(scene, startNs, endNs);
  if (scene.log.lostUntilNs > startNs) scene.truncated = true;
  const slices = sliceGroup(scene, { first: 0, last: pieces.count }, { pieces });
  return writeReceipt(slices, startNs, endNs, scene);
}
