const BINS = 256;

/**
 * Lowest score that may stay so that at most half of the rows do. Scores from 255 up count as equal:
 * if these alone are more than half, which of them stay is left to `WordKeyIndex.retain`.
 */
export function scoreToKeep(scores: Uint32Array, rows: number, bins: Uint32Array): number {
  bins.fill(0);
  for (let row = 0; row < rows; row++) bins[Math.min(scores[row]!, BINS - 1)]! += 1;
  let kept = bins[BINS - 1]!;
  for (let score = BINS - 2; score >= 0; score--) {
    kept += bins[score]!;
    if (kept > rows / 2) return score + 1;
  }
  return 0;
}

/** What {@link scoreToKeep} counts in. */
export function compactionBins(): Uint32Array {
  return new Uint32Array(BINS);
}
