import type { Session } from '@hftmon/core';
import type { LatencySpike, SlowSpan, SpanListener, SpikeListener } from '@hftmon/latency';

/** What the latency collector offers besides the collector contract. */
interface SpikeSource {
  onSpike(listener: SpikeListener): () => void;
  onSpan(listener: SpanListener): () => void;
}

/**
 * Hands on the spikes, and the spans over their budgets, of one session after the other. Only once somebody wants them: a spike is
 * an object, and objects for nobody are garbage in the middle of the delivery.
 */
export class SpikeSubscription {
  readonly #onSpike: SpikeListener;
  readonly #onSpan: SpanListener;
  #wanted = false;
  #session: Session | undefined;
  #subscribed: Session | undefined;

  constructor(onSpike: (spike: LatencySpike) => void, onSpan: (span: SlowSpan) => void) {
    this.#onSpike = onSpike;
    this.#onSpan = onSpan;
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
    const source = collector as unknown as Partial<SpikeSource>;
    source.onSpike?.(this.#onSpike);
    source.onSpan?.(this.#onSpan);
  }
}
