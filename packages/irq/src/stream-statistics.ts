import {
  LogLinearHistogram,
  RECORD_WORDS,
  hardIrqNetNs,
  kindAt,
  streamDistribution,
  type RecordBatch,
  type StreamDistribution,
} from '@hftmon/core';
import { recordType } from './record-type.js';
import { TYPE_PREFIXES } from './type-prefixes.js';
import type { InterruptType } from './types.js';

/** Net durations by type, kept for longer than the history ring holds the records. */
export class StreamStatistics {
  readonly #histograms: Readonly<Record<InterruptType, LogLinearHistogram>> = {
    hardware: new LogLinearHistogram(),
    softirq: new LogLinearHistogram(),
    ipi: new LogLinearHistogram(),
    timer: new LogLinearHistogram(),
    nmi: new LogLinearHistogram(),
  };

  /** Hot path: no allocation. */
  onRecords({ u32, count }: RecordBatch): void {
    for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
      const type = recordType(kindAt(u32, base), u32, base);
      // All four kinds keep their net time in the same words.
      if (type !== undefined) this.#histograms[type].record(hardIrqNetNs(u32, base));
    }
  }

  distributions(percentiles: readonly number[]): Record<string, StreamDistribution> {
    return Object.fromEntries(
      TYPE_PREFIXES.map(({ type, prefix }) => [
        `${prefix}_duration_ns`,
        streamDistribution(this.#histograms[type], percentiles),
      ]),
    );
  }
}
