/** Writes records into a stream. No allocation. */
export interface RecordWriter {
  /**
   * Claims the next record, zeroed.
   * @returns index of its first 32-bit word in `u32`, or -1 when there is no room (counted)
   */
  claim(): number;
  /** Publishes the record claimed last. */
  commit(): void;
  readonly f64: Float64Array;
  readonly u32: Uint32Array;
}
