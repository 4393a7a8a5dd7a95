import { RECORD_WORDS, type RecordBatch } from '@hftmon/core';
import { LatencyCollector } from '../latency-collector.js';
import type { Explanation } from '../receipt/explain-stretch.js';
import type { RawGap } from './noise-gap.js';
import type { PendingGaps } from './pending-gaps.js';

/** Records of a quiet thread are overwritten by as many later ones as that, or twice as many. */
const RECORDS_AT_A_TIME = 8;

/**
 * A return that the kernel does not let trace is found out with the thread's next event, at the
 * next tick but one at the latest; records are kept for longer than that.
 */
export const SETTLE_NS = 10e6;

/** No spike is looked for: the gaps that the probe saw itself are what is explained. */
const NO_SPIKES_US = 3.6e9;

/** Hears of each gap with what it was made of. */
export type GapListener = (gap: RawGap, explanation: Explanation | undefined) => void;

/** Explains the gaps of the probe's thread while the records around them pass by. */
export class NoiseCollector extends LatencyCollector {
  readonly #explained: GapListener;
  #gaps: PendingGaps | undefined;
  #tid: () => number = () => 0;

  constructor(explained: GapListener) {
    super({ thresholdUs: NO_SPIKES_US, syscalls: false });
    this.#explained = explained;
  }

  /** @param tid - thread of the probe, as soon as it is known */
  follow(gaps: PendingGaps, tid: () => number): void {
    this.#gaps = gaps;
    this.#tid = tid;
  }

  override onRecords(batch: RecordBatch): void {
    this.#gaps?.read();
    if (this.#gaps?.any !== true) {
      super.onRecords(batch);
      return;
    }
    for (let from = 0; from < batch.count; from += RECORDS_AT_A_TIME) {
      super.onRecords(part(batch, from, Math.min(batch.count, from + RECORDS_AT_A_TIME)));
      this.explainUntil(this.watermarkNs - SETTLE_NS);
    }
  }

  /** Takes what the probe has written so far. */
  readGaps(): void {
    this.#gaps?.read();
  }

  /** Explains the gaps that ended before then, ns since the epoch: all of it has been delivered. */
  explainUntil(ns: number): void {
    for (const gap of this.#gaps?.takeUntil(ns) ?? []) {
      this.#explained(gap, this.explain(this.#tid(), gap.startNs, gap.endNs));
    }
  }
}

/** Records `from` to `to - 1` of a batch. */
function part({ u32, f64, firstSequence }: RecordBatch, from: number, to: number): RecordBatch {
  const words = [from * RECORD_WORDS, to * RECORD_WORDS] as const;
  return {
    count: to - from,
    firstSequence: (firstSequence + from) >>> 0,
    u32: u32.subarray(...words),
    f64: f64.subarray(words[0] / 2, words[1] / 2),
  };
}
