/**
 * Byte offsets of `native/include/hftmon/poller.h`; a test compares them with the compiler's.
 */

/** Offsets of `struct hftmon_poller_stats`. */
export const POLLER_STATS = {
  bytes: 72,
  tid: 0,
  end: 8,
  beginNs: 16,
  nowNs: 24,
  samples: 32,
  missed: 40,
  rested: 48,
  restedNs: 56,
  hertz: 64,
} as const;

/** Offsets of `struct hftmon_histogram`. */
export const HISTOGRAM = {
  bytes: 24_608,
  count: 0,
  sum: 8,
  min: 16,
  max: 24,
  buckets: 32,
} as const;

/** `HFTMON_HISTOGRAM_BITS` and `HFTMON_HISTOGRAM_BUCKETS`. */
export const HISTOGRAM_SHAPE = { bits: 6, buckets: 3072 } as const;

/** `enum hftmon_poller_end`. */
export const POLLER_END = { running: 0, done: 1, stopped: 2, overdue: 3 } as const;

/** `HFTMON_POLLER_MOST_NS`. */
export const POLLER_MOST_NS = 3_600_000_000_000;
