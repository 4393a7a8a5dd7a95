import type { LatencySpike, SpikeVerdict } from '../types/spike.js';
import type { PromptSpike } from './prompt-spike.js';
import type { SpikeStore } from './spike-store.js';

/** Who hears of spikes. */
export interface SpikeListeners {
  readonly verdict: (verdict: SpikeVerdict) => void;
  /** `undefined`: nobody will ask for more than verdicts, and no receipt is written. */
  readonly spike: ((spike: LatencySpike) => void) | undefined;
}

/**
 * Tells the listeners of spikes, and keeps these. A listener may ask for a snapshot, which looks
 * for spikes: none is told while one is looked for, and none is missing in the answer.
 */
export class News {
  readonly #store: SpikeStore;
  readonly #listeners: SpikeListeners;
  /** Not written yet. */
  readonly #prompt: PromptSpike[] = [];
  /** Kept, but not told yet. */
  readonly #queue: PromptSpike[] = [];

  constructor(store: SpikeStore, listeners: SpikeListeners) {
    this.#store = store;
    this.#listeners = listeners;
  }

  /** A spike whose verdict is told before it is written, by {@link tellVerdicts}. */
  addPrompt(spike: PromptSpike): void {
    this.#prompt.push(spike);
  }

  /** A spike that is written now, and told by {@link tell}. */
  add(spike: PromptSpike): void {
    this.#store.add(spike.write());
    this.#queue.push(spike);
  }

  /** Tells the verdicts of the prompt ones, then writes them. */
  tellVerdicts(): void {
    const prompt = this.#prompt;
    for (let i = 0; i < prompt.length; i++) this.#judge(prompt[i]!);
    this.write();
  }

  /** Writes the prompt ones. To be called before another record is taken, or another look. */
  write(): void {
    const prompt = this.#prompt;
    if (this.#listeners.spike !== undefined) {
      for (let i = 0; i < prompt.length; i++) this.add(prompt[i]!);
    }
    // One by one: an array whose length is set to 0 gives its memory away, and takes new at once.
    while (prompt.length > 0) prompt.pop();
  }

  /** Tells all that is new. */
  tell(): void {
    const queue = this.#queue;
    for (let spike = queue.shift(); spike !== undefined; spike = queue.shift()) {
      this.#judge(spike);
      this.#listeners.spike?.(spike.spike);
    }
  }

  /** Is it kept, but not told yet? */
  isUntold(id: number): boolean {
    return this.#queue.some((spike) => spike.id === id);
  }

  #judge(spike: PromptSpike): void {
    if (spike.judged) return;
    spike.judged = true;
    this.#listeners.verdict(spike);
  }
}
