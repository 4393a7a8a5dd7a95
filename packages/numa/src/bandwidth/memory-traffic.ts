import type { Measured } from '../support/measured.js';

/** Traffic of the memory of each node, by whomever. */
export interface MemoryTraffic {
  /** Reads the counters. @param nowNs - ns since the epoch */
  poll(nowNs: number): void;
  /** Bytes per second between the last two reads. */
  bytesPerSecond(nodeId: number): Measured<number>;
  /** Idempotent; the last figures stay. */
  close(): void;
}
