import type { Deliverable, Delivery } from './delivery.js';

const MIN_POLLS = 16;
const MAX_POLLS = 1 << 20;
/** A slice also ends after so many records, since their processing is not foreseen. */
const MAX_RECORDS = 1 << 14;
/** What is not used for 100 us begins to fall out of a CPU's caches: idle well before that. */
const IDLE_MS = 0.01;

/**
 * Delivers without ever sleeping. It polls for a slice of time, then gives the event loop one
 * turn through `setImmediate`: a turn per poll would cost microseconds and an allocation each.
 * Reading the clock allocates too, so a slice is a number of polls, adjusted to the time it took.
 */
export class BusyDelivery implements Delivery {
  readonly mode = 'busy';
  readonly #sliceMs: number;
  #polls = MIN_POLLS;
  #idlePolls = MAX_POLLS;
  /** Polls without a record since something came or `idle` was called. */
  #empty = 0;
  #deliverable: Deliverable | undefined;
  #immediate: NodeJS.Immediate | undefined;
  readonly #turn = (): void => {
    const deliverable = this.#deliverable;
    if (deliverable === undefined) return;
    const begin = performance.now();
    const idle = this.#spin(deliverable);
    deliverable.housekeep();
    if (idle) this.#adjust(performance.now() - begin);
    // A listener may have stopped the delivery within the slice, or started it anew.
    if (this.#deliverable === deliverable) this.#immediate = setImmediate(this.#turn);
  };

  constructor(sliceUs: number) {
    this.#sliceMs = sliceUs / 1000;
  }

  start(deliverable: Deliverable): void {
    this.stop();
    this.#deliverable = deliverable;
    this.#immediate = setImmediate(this.#turn);
  }

  stop(): void {
    this.#deliverable = undefined;
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
  }

  /** @returns whether nothing was delivered, so that the time is that of the polls alone */
  #spin(deliverable: Deliverable): boolean {
    let records = 0;
    for (let i = this.#polls; i > 0 && this.#deliverable === deliverable; i--) {
      deliverable.pull();
      const delivered = deliverable.deliver();
      if (delivered > 0) {
        this.#empty = 0;
        records += delivered;
        if (records > MAX_RECORDS) break;
      } else if (++this.#empty >= this.#idlePolls) {
        this.#empty = 0;
        deliverable.idle();
      }
    }
    return records === 0;
  }

  #adjust(tookMs: number): void {
    this.#idlePolls = Math.max(MIN_POLLS, (this.#polls * IDLE_MS) / tookMs);
    const factor = Math.min(2, Math.max(0.25, this.#sliceMs / tookMs));
    this.#polls = Math.min(MAX_POLLS, Math.max(MIN_POLLS, Math.round(this.#polls * factor)));
  }
}
