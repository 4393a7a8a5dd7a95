import type { Delivery } from './delivery.js';

/** Deliveries between two looks at the clock. */
const POLLS_PER_CHECK = 32;

/**
 * Delivers without ever sleeping. It polls for a slice of time, then gives the event loop one
 * turn through `setImmediate`: a turn per poll would cost microseconds and an allocation each.
 */
export class BusyDelivery implements Delivery {
  readonly mode = 'busy';
  readonly #sliceMs: number;
  #deliver: (() => void) | undefined;
  #immediate: NodeJS.Immediate | undefined;
  readonly #turn = (): void => {
    const end = performance.now() + this.#sliceMs;
    do {
      for (let i = 0; i < POLLS_PER_CHECK && this.#deliver !== undefined; i++) this.#deliver();
    } while (this.#deliver !== undefined && performance.now() < end);
    // A listener may have stopped the delivery within the slice.
    if (this.#deliver !== undefined) this.#immediate = setImmediate(this.#turn);
  };

  constructor(sliceUs: number) {
    this.#sliceMs = sliceUs / 1000;
  }

  start(deliver: () => void): void {
    this.stop();
    this.#deliver = deliver;
    this.#immediate = setImmediate(this.#turn);
  }

  stop(): void {
    this.#deliver = undefined;
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
  }
}
