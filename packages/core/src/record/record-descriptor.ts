/**
 * Layout of one record: 64 bytes, one cache line, the same bytes in C
 * (`perf-native/native/include/hftmon/record.h`) and here. A test compares both.
 *
 * ```
 *   0                   8                   16        20    22    24
 *  +-------------------+-------------------+---------+-----+-----+
 *  | timestampNs  f64  | durationNs   f64  | tid u32 | cpu | kind|
 *  +---------+---------+---------+---------+---------+-----+-----+
 *  | w0  u32 | w1      | w2      | w3      | w4      | w5  ...   |
 *  +---------+---------+---------+---------+---------+-----+-----+
 *  24        28        32        36        40        44       60
 *                                            ... w8  | commit u32 |
 *                                                    60          64
 * ```
 *
 * `timestampNs` is the start of what the record describes, in ns since the session epoch
 * (CLOCK_MONOTONIC); `durationNs` its length, 0 for an instant. Records stand in a ring in the
 * order of their ends. `commit` is the record's sequence number plus one, written last.
 */
export const RECORD_BYTES = 64;
/** Number of 32-bit words in a record. */
export const RECORD_WORDS = RECORD_BYTES / 4;
/** Number of 64-bit floats in a record. */
export const RECORD_DOUBLES = RECORD_BYTES / 8;
/** Kind-specific 32-bit words in a record (`w0` to `w8`). */
export const RECORD_PAYLOAD_WORDS = 9;

/** Byte offsets of the fields. */
export const RECORD_OFFSET = {
  timestampNs: 0,
  durationNs: 8,
  tid: 16,
  cpu: 20,
  kind: 22,
  payload: 24,
  commit: 60,
} as const;

/** Index of `timestampNs` in a Float64Array view, relative to the record's first double. */
export const TIMESTAMP_DOUBLE = RECORD_OFFSET.timestampNs / 8;
/** Index of `durationNs` in a Float64Array view. */
export const DURATION_DOUBLE = RECORD_OFFSET.durationNs / 8;
/** Index of `tid` in a Uint32Array view. */
export const TID_WORD = RECORD_OFFSET.tid / 4;
/** Index of the word that holds `cpu` (low half) and `kind` (high half) in a Uint32Array view. */
export const CPU_KIND_WORD = RECORD_OFFSET.cpu / 4;
/** Index of `w0` in a Uint32Array view. */
export const PAYLOAD_WORD = RECORD_OFFSET.payload / 4;
/** Index of the commit word in a Uint32Array view. */
export const COMMIT_WORD = RECORD_OFFSET.commit / 4;
