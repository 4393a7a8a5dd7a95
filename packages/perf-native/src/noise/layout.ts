/** Byte offsets of `native/include/hftmon/noise.h`; a test compares them with the compiler's. */

/** Offsets of `struct hftmon_noise_stats`, which begins with a `struct hftmon_poller_stats`. */
export const NOISE_STATS = {
  bytes: 120,
  onTime: 72,
  gaps: 80,
  gapNs: 88,
  longestNs: 96,
  ownNs: 104,
  readings: 112,
} as const;

/** `enum hftmon_noise_memory`. */
export const NOISE_MEMORY = { gaps: 0, stats: 1, histogram: 2 } as const;

/** `HFTMON_NOISE_ON_TIME_NS`. */
export const NOISE_ON_TIME_NS = 1000;
