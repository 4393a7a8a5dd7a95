import type { RecordBatch } from './record-batch.js';

/** Result of a scan. */
export interface ScanResult {
  /** Records visited. */
  readonly visited: number;
  /** Records that were overwritten during the scan and so not visited. */
  readonly lost: number;
}

/** Scans the history ring in place, oldest first. */
export interface RecordQuery {
  /** Visits all records still held, in validated batches; `visit` may not keep the batch. */
  scan(visit: (batch: RecordBatch) => void): ScanResult;
}
