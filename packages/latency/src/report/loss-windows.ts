import type { RecordBatch } from '@hftmon/core';

/** Times remembered in which records were lost. */
const KEPT = 64;

/**
 * When records were lost: between the kernel and the ring, which only totals tell, and between
 * the ring and the collector, which the gap in the sequence numbers tells.
 */
export class LossWindows {
  readonly #from = new Float64Array(KEPT);
  readonly #to = new Float64Array(KEPT).fill(-Infinity);
  readonly #onLoss: (fromNs: number, toNs: number) => void;
  #count = 0;
  #dropped = 0;
  #checkedNs = 0;
  #nextSequence = -1;

  /** @param onLoss - hears of each window */
  constructor(onLoss: (fromNs: number, toNs: number) => void) {
    this.#onLoss = onLoss;
  }

  /** Looks for a gap before a batch. Hot path. @param watermarkNs - end of what came before it */
  see({ count, firstSequence }: RecordBatch, watermarkNs: number, firstEndNs: number): void {
    if (count === 0) return;
    if (this.#nextSequence >= 0 && firstSequence !== this.#nextSequence) {
      this.#add(watermarkNs, Math.max(watermarkNs, firstEndNs));
    }
    this.#nextSequence = (firstSequence + count) >>> 0;
  }

  /** Compares the records dropped so far with those at the last look. */
  check(dropped: number, nowNs: number): void {
    if (dropped > this.#dropped) this.#add(this.#checkedNs, nowNs);
    this.#dropped = dropped;
    this.#checkedNs = nowNs;
  }

  /** Were records lost in that time? */
  overlap(fromNs: number, toNs: number): boolean {
    for (let i = 0; i < KEPT; i++) {
      if (this.#to[i]! >= fromNs && this.#from[i]! <= toNs) return true;
    }
    return false;
  }

  #add(fromNs: number, toNs: number): void {
    const i = this.#count++ % KEPT;
    this.#from[i] = fromNs;
    this.#to[i] = toNs;
    this.#onLoss(fromNs, toNs);
  }
}
