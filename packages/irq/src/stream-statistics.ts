import {
  LogLinearHistogram,
  RECORD_WORDS,
  RecordKind,
  WorkFlag,
  hardIrqNetNs,
  kindAt,
  streamDistribution,
  workDelayNs,
  workFlags,
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

  readonly #workDelay = new LogLinearHistogram();

  /** Hot path: no allocation. */
  onRecords({ u32, count }: RecordBatch): void {
    for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
      const kind = kindAt(u32, base);
      if (kind === RecordKind.Work && (workFlags(u32, base) & WorkFlag.QueueSeen) !== 0) {
        this.#workDelay.record(workDelayNs(u32, base));
      }
      const type = recordType(kind, u32, base);
      // All four kinds keep their net time in the same words.
      if (type !== undefined) this.#histograms[type].record(hardIrqNetNs(u32, base));
    }
  }

  distributions(
    percentiles: readonly number[],
    withWork: boolean,
  ): Record<string, StreamDistribution> {
    const byType = Object.fromEntries(
      TYPE_PREFIXES.map(({ type, prefix }) => [
        `${prefix}_duration_ns`,
        streamDistribution(this.#histograms[type], percentiles),
      ]),
    );
    if (!withWork) return byType;
    return { ...byType, work_queue_delay_ns: streamDistribution(this.#workDelay, percentiles) };
  }
}
