import type { Session } from '@hftmon/core';
import type { LatencySpike, SpikeListener } from '@hftmon/latency';

/** What the latency collector offers besides the collector contract. */
interface SpikeSource {
  onSpike(listener: SpikeListener): () => void;
}

/**
 * Hands on the spikes of one session after the other. Only once somebody wants them: a spike is
 * an object, and objects for nobody are garbage in the middle of the delivery.
 */
export class SpikeSubscription {
  readonly #listener: SpikeListener;
  #wanted = false;
  #session: Session | undefined;
  #subscribed: Session | undefined;

  constructor(listener: (spike: LatencySpike) => void) {
    this.#listener = listener;
  }

  /** Somebody listens from now on. */
  want(): void {
    this.#wanted = true;
    this.#subscribe();
  }

  /** Spikes come from this session now. */
  follow(session: Session): void {
    this.#session = session;
    this.#subscribe();
  }

  #subscribe(): void {
    const session = this.#session;
    if (!this.#wanted || session === undefined || session === this.#subscribed) return;
    this.#subscribed = session;
    if (!session.registry.has('latency')) return;
    const { collector } = session.registry.get('latency');
    (collector as unknown as Partial<SpikeSource>).onSpike?.(this.#listener);
  }
}
