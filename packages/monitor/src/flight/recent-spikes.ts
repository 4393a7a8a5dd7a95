import type { LatencySpike } from '@hftmon/latency';

/** Spikes remembered for recordings; far more than any window that is of use has. */
const KEPT = 16_384;

/** The latest spikes as listeners heard of them, without those that were superseded. */
export class RecentSpikes {
  readonly #kept = new Map<number, LatencySpike>();

  add(spike: LatencySpike): void {
    for (const id of spike.supersedes ?? []) this.#kept.delete(id);
    this.#kept.set(spike.id, spike);
    if (this.#kept.size <= KEPT) return;
    for (const id of this.#kept.keys()) {
      this.#kept.delete(id);
      return;
    }
  }

  markIncomplete(ids: readonly number[]): void {
    for (const id of ids) {
      const spike = this.#kept.get(id);
      if (spike !== undefined) this.#kept.set(id, { ...spike, incomplete: true });
    }
  }

  /** Those that have time in common with a window, by their start. */
  within(fromNs: number, toNs: number): LatencySpike[] {
    return [...this.#kept.values()]
      .filter(({ timestampNs, durationNs }) => {
        return timestampNs <= toNs && timestampNs + durationNs >= fromNs;
      })
      .sort((a, b) => a.timestampNs - b.timestampNs);
  }

  clear(): void {
    this.#kept.clear();
  }
}
