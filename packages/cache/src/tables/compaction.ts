const BINS = 256;

/**
 * Lowest score that may stay so that at most half of the rows do: whatever is above 254 counts as
 * equal. Beyond {@link BINS} nothing stays.
 */
export function scoreToKeep(scores: Uint32Array, rows: number, bins: Uint32Array): number {
  bins.fill(0);
  for (let row = 0; row < rows; row++) bins[Math.min(scores[row]!, BINS - 1)]! += 1;
  let kept = 0;
  for (let score = BINS - 1; score >= 0; score--) {
    kept += bins[score]!;
    if (kept > rows / 2) return score + 1;
  }
  return 0;
}

/** What {@link scoreToKeep} counts in. */
export function compactionBins(): Uint32Array {
  return new Uint32Array(BINS);
}
