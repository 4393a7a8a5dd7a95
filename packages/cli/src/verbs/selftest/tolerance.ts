/** What durations may differ by: 2 us or 2 %, whichever is more, ns. */
export function durationTolerance(ns: number): number {
  return Math.max(2000, 0.02 * ns);
}

/** What a receipt's parts may differ by from the spike: 1 us or 2 %, ns. */
export function sumTolerance(ns: number): number {
  return Math.max(1000, 0.02 * ns);
}

/**
 * What the time of one cause may differ by from what its injector measured, which is from before
 * to after it, ns.
 */
export function shareTolerance(ns: number): number {
  return Math.max(20_000, 0.1 * ns);
}
