import type { LatencySpike } from '@hftmon/monitor';

/** Spikes of a run; one that turned out to be part of a later one is replaced by it. */
export class SpikeLog {
  readonly #spikes = new Map<number, LatencySpike>();

  add(spike: LatencySpike): void {
    for (const id of spike.supersedes ?? []) this.#spikes.delete(id);
    this.#spikes.set(spike.id, spike);
  }

  all(): LatencySpike[] {
    return [...this.#spikes.values()];
  }
}
