import { readU64At } from '../source/shared-memory.js';
import { COUNTER_STATS } from './layout.js';

/** What a counter sampler did since it was opened. */
export interface CounterStats {
  /** Samples written for us. */
  readonly samples: number;
  /** Samples not written because we did not read fast enough; totals go on being right. */
  readonly refused: number;
  /** Samples that the kernel dropped because its ring was full; totals go on being right. */
  readonly lost: number;
  /** Times that the kernel slowed sampling down. */
  readonly throttled: number;
  /** Groups that found no free counter. */
  readonly unscheduled: number;
  readonly readErrors: number;
  /** Rounds over all threads. */
  readonly rounds: number;
  /** CPU time of the sampler thread, ns. */
  readonly busyNs: number;
  /** Time between rounds as it is now, us: longer than asked for when a round takes long. */
  readonly intervalUs: number;
  /** Tid of the sampler thread; 0 before it ran. */
  readonly samplerTid: number;
}

/** Reads them while the sampler goes on. */
export function readCounterStats(words: Uint32Array): CounterStats {
  const at = (offset: number) => readU64At(words, offset);
  return {
    samples: at(COUNTER_STATS.samples),
    refused: at(COUNTER_STATS.refused),
    lost: at(COUNTER_STATS.lost),
    throttled: at(COUNTER_STATS.throttled),
    unscheduled: at(COUNTER_STATS.unscheduled),
    readErrors: at(COUNTER_STATS.readErrors),
    rounds: at(COUNTER_STATS.rounds),
    busyNs: at(COUNTER_STATS.busyNs),
    intervalUs: at(COUNTER_STATS.intervalNs) / 1000,
    samplerTid: at(COUNTER_STATS.tid),
  };
}
