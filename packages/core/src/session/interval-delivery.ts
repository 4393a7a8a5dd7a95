import type { Deliverable, Delivery } from './delivery.js';

/** Delivers by a timer. Its latency is up to the period; its cost is next to nothing. */
export class IntervalDelivery implements Delivery {
  readonly mode = 'interval';
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  start(deliverable: Deliverable): void {
    this.stop();
    this.#timer = setInterval(() => {
      deliverable.deliver();
      deliverable.housekeep();
    }, this.#intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
