/** Value at a share (0 to 1) of sorted samples, interpolated between neighbours. */
export function quantile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

/** The five numbers that a report shows of a series. */
export function summary(samples) {
  const [min, q1, median, q3, max] = [0, 0.25, 0.5, 0.75, 1].map((share) =>
    quantile(samples, share),
  );
  return { min, q1, median, q3, max, count: samples.length };
}
