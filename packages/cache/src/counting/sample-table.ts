/** Samples side by side in typed arrays; a sample is a row of each. */
export class SampleTable {
  readonly capacity: number;
  /** Counts of a sample. */
  readonly width: number;
  /** When the sample before was taken, ns since the epoch. */
  readonly begins: Float64Array;
  /** When it was taken. */
  readonly ends: Float64Array;
  /** Time in between that the thread ran, ns: the group was meant to count. */
  readonly enabledNs: Float64Array;
  /** Of that, time that the group had counters. */
  readonly runningNs: Float64Array;
  readonly tids: Uint32Array;
  readonly pids: Uint32Array;
  readonly groups: Uint8Array;
  /** What was counted in between, `width` for each sample. */
  readonly values: Float64Array;

  constructor(capacity: number, width: number) {
    this.capacity = capacity;
    this.width = width;
    this.begins = new Float64Array(capacity);
    this.ends = new Float64Array(capacity);
    this.enabledNs = new Float64Array(capacity);
    this.runningNs = new Float64Array(capacity);
    this.tids = new Uint32Array(capacity);
    this.pids = new Uint32Array(capacity);
    this.groups = new Uint8Array(capacity);
    this.values = new Float64Array(capacity * width);
  }
}
