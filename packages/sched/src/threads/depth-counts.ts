import type { Percentile } from '@hftmon/core';

/** Depths from here on are counted together: the stream carries 8 bits. */
const DEEPEST = 255;

/** A distribution of run-queue depths. */
export interface DepthDistribution {
  readonly count: number;
  /** Largest; 255 stands for all that are larger. These two are `undefined` when there were none. */
  readonly max: number | undefined;
  readonly mean: number | undefined;
  /** Exact. */
  readonly percentiles: readonly Percentile[];
}

/** How often each depth of a run queue was met. Exact; counting does not allocate. */
export class DepthCounts {
  readonly #counts = new Uint32Array(DEEPEST + 1);

  /** @param depth - 0 to 255 */
  record(depth: number): void {
    this.#counts[depth]! += 1;
  }

  /** @param percentiles - 0 to 100, by nearest rank */
  distribution(percentiles: readonly number[]): DepthDistribution {
    let count = 0;
    let sum = 0;
    let max: number | undefined;
    for (let depth = 0; depth <= DEEPEST; depth++) {
      const times = this.#counts[depth]!;
      if (times === 0) continue;
      count += times;
      sum += times * depth;
      max = depth;
    }
    return {
      count,
      max,
      mean: count === 0 ? undefined : sum / count,
      percentiles: percentiles.map((percent) => ({
        percent,
        value: count === 0 ? undefined : this.#atRank(Math.ceil((percent / 100) * count)),
      })),
    };
  }

  #atRank(rank: number): number {
    let seen = 0;
    let depth = -1;
    while (seen < Math.max(1, rank)) seen += this.#counts[++depth]!;
    return depth;
  }
}
