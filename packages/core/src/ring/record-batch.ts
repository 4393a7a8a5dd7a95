/**
 * Records copied out of a ring and validated, so that a consumer never sees a torn one. One
 * buffer, reused; index records by `i` in `0 … count-1`:
 * `f64[i * RECORD_DOUBLES + DURATION_DOUBLE]`, `u32[i * RECORD_WORDS + TID_WORD]`.
 */
export interface RecordBatch {
  /** Number of valid records. */
  count: number;
  /** Sequence number of the first one, free-running 32 bits. */
  firstSequence: number;
  readonly f64: Float64Array;
  readonly u32: Uint32Array;
}
