import { TIMESTAMP_DOUBLE, createBatch, type RecordBatch } from '@hftmon/core';
import type { Rehearsed } from './rehearse.js';
import { TID, preemption, threadStart, writeScene } from './scenes.js';

/** Between two spikes, beyond what keeps a run of stalls open: each is one of its own. */
const PAUSE_NS = 1e6;
/** Times of records are exact up to 2^53 ns: before that, another takes over. */
const LAST_NS = 2 ** 52;

/**
 * Has a made-up spike go the way from its records to its verdict, in a collector of its own that
 * writes no receipts. A spike comes after milliseconds of polling, in which a CPU forgets the code
 * that is not needed for it: to find all of it in the second or third level of the caches takes
 * ten times as long as to run it. What is played now and then is still at hand.
 */
export class StandIn {
  readonly #make: () => Rehearsed;
  /** One record each, as they come from a delivery that never sleeps. */
  readonly #batches: readonly RecordBatch[];
  readonly #everyNs: number;
  #collector: Rehearsed;

  /**
   * @param make - a collector that nobody else hears of
   * @param thresholdNs - its threshold
   * @param openNs - how long it keeps a run of stalls open
   */
  constructor(make: () => Rehearsed, thresholdNs: number, openNs: number) {
    const ns = 2 * thresholdNs;
    this.#make = make;
    this.#everyNs = ns + openNs + PAUSE_NS;
    this.#batches = preemption(ns).map((prop) => {
      const batch = createBatch(1);
      writeScene(batch, [prop], 0, TID);
      return batch;
    });
    this.#collector = this.#begin();
  }

  /** One spike. Takes a microsecond or two, allocates next to nothing. */
  play(): void {
    const batches = this.#batches;
    for (let i = 0; i < batches.length; i++) {
      const batch = batches[i]!;
      batch.f64[TIMESTAMP_DOUBLE]! += this.#everyNs;
      this.#collector.onRecords(batch);
      batch.firstSequence = (batch.firstSequence + batches.length) >>> 0;
    }
    if (batches[0]!.f64[TIMESTAMP_DOUBLE]! > LAST_NS) this.#collector = this.#begin();
  }

  #begin(): Rehearsed {
    const collector = this.#make();
    const start = createBatch(1);
    writeScene(start, [threadStart()], 0, TID);
    collector.onRecords(start);
    this.#batches.forEach((batch, i) => {
      batch.f64[TIMESTAMP_DOUBLE] = 0;
      batch.firstSequence = i + 1;
    });
    return collector;
  }
}
