/**
 * Byte offsets of `native/include/hftmon/counters.h`; a test compares them with the compiler's.
 *
 * ```
 *  ring      0  head u32 | record_bytes u32 | mask u32 | unused to 128
 *          128  tail u32 | unused to 256
 *          256  records
 *
 *  record    0  time_ns f64 | enabled_ns f64 | running_ns f64
 *           24  tid u32 | group u32 | status u32 | count u32
 *           40  values f64[]
 * ```
 */
export const COUNTER_RING = {
  head: 0,
  recordBytes: 4,
  mask: 8,
  tail: 128,
  records: 256,
} as const;

/** Offsets in a record. */
export const COUNTER_RECORD = {
  timeNs: 0,
  enabledNs: 8,
  runningNs: 16,
  tid: 24,
  group: 28,
  status: 32,
  count: 36,
  values: 40,
} as const;

/** Offsets of `struct hftmon_counters_stats`. */
export const COUNTER_STATS = {
  tid: 0,
  rounds: 8,
  samples: 16,
  refused: 24,
  lost: 32,
  throttled: 40,
  unscheduled: 48,
  readErrors: 56,
  busyNs: 64,
  intervalNs: 72,
} as const;

/** `enum hftmon_counters_memory`. */
export const COUNTERS_MEMORY = { ring: 0, stats: 1 } as const;

/** `HFTMON_COUNTER_GROUPS` and `HFTMON_COUNTER_EVENTS`. */
export const COUNTER_LIMITS = { groups: 4, events: 16 } as const;

/** Bits of the status of a sample. */
export const CounterStatus = {
  /** Counting of the thread begins; all values are 0. */
  Begin: 1,
  /** Its last sample: it ended or was let go of. */
  End: 2,
  /** No counter was free for the group: the values mean nothing, now and later. */
  Unscheduled: 4,
} as const;
