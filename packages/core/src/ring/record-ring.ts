/**
 * Memory of a broadcast ring: a header of {@link RING_HEADER_BYTES} and `capacity` records.
 * The memory may belong to native code (an ArrayBuffer view) or be a SharedArrayBuffer.
 */
export interface RecordRing {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  readonly byteOffset: number;
  /** Records, a power of two. */
  readonly capacity: number;
}
