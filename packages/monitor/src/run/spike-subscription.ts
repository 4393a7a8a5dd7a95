import type { Session } from '@hftmon/core';
import type {
  CorrectionListener,
  SpanListener,
  SpikeListener,
  VerdictListener,
} from '@hftmon/latency';

/** What the latency collector offers besides the collector contract. */
interface SpikeSource {
  onVerdict(listener: VerdictListener): () => void;
  onSpike(listener: SpikeListener): () => void;
  onCorrection(listener: CorrectionListener): () => void;
  onSpan(listener: SpanListener): () => void;
}

/** Who hears of what. */
export interface LatencyListeners {
  readonly verdict: VerdictListener;
  readonly spike: SpikeListener;
  readonly correction: CorrectionListener;
  readonly span: SpanListener;
}

/**
 * Hands on the spikes, their verdicts and corrections, and the spans over their budgets, of one session after the
 * other. Only once somebody wants them, so that nobody is called for nothing.
 */
export class SpikeSubscription {
  readonly #listeners: LatencyListeners;
  #wanted = false;
  #session: Session | undefined;
  #subscribed: Session | undefined;

  constructor(listeners: LatencyListeners) {
    this.#listeners = listeners;
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
    source.onVerdict?.(this.#listeners.verdict);
    source.onSpike?.(this.#listeners.spike);
    source.onCorrection?.(this.#listeners.correction);
    source.onSpan?.(this.#listeners.span);
  }
}
